import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { readWorkspaceUnits, repositoryRoot } from "../workspace-units.ts";
import { readCompose } from "./read-compose.ts";

const { services, volumes } = readCompose();
const units = readWorkspaceUnits();

test("every Space and app of the repository is a service", () => {
  expect(Object.keys(services).toSorted()).toEqual([...units.map(({ name }) => name), "postgres", "qdrant"].toSorted());
});

test("no port is published beyond this machine, and none twice", () => {
  const ports = Object.values(services).flatMap(({ ports: published = [] }) => published);
  expect(ports.filter((port) => !port.startsWith("127.0.0.1:"))).toEqual([]);
  expect(new Set(ports).size).toBe(ports.length);
});

test("images that are not built here are pinned to a version", () => {
  const foreign = Object.values(services).filter(({ build }) => build === undefined);
  expect(foreign.map(({ image }) => image)).toEqual([expect.stringMatching(/:pg17$/), expect.stringMatching(/:v\d+\.\d+\.\d+$/)]);
});

test("no secret stands in the file: each is asked for, or empty", () => {
  const text = readFileSync(join(repositoryRoot, "docker/compose.yaml"), "utf8");
  const values = [...text.matchAll(/^\s+\w*(?:PASSWORD|KEY|TOKEN|SECRET)\w*: (.+)$/gm)].map(([, value = ""]) => value);
  expect(values.length).toBeGreaterThan(5);
  expect(values.filter((value) => !/^"?\$\{[A-Z_]+:(?:\?[^}]+|-)\}"?$/.test(value))).toEqual([]);
});

describe.each(units)("$name", ({ kind, name, folder, port, spaces }) => {
  const service = () => services[name] ?? {};

  test("it is built by the Dockerfile of its kind and runs confined, with a limit, at its port of npm start", () => {
    expect(service().build).toMatchObject({
      dockerfile: `docker/${kind}.Dockerfile`,
      args: { [kind === "space" ? "SPACE" : "APP"]: name },
    });
    expect(service()).toMatchObject({ read_only: true, cap_drop: ["ALL"], mem_limit: expect.any(String), healthcheck: expect.anything() });
    expect(service().ports).toEqual([`127.0.0.1:${port}:7860`]);
    expect(service().profiles).toContain("all");
  });

  test("what it waits for is in its profiles, and is waited for until it is healthy", () => {
    const waitsFor = Object.entries(service().depends_on ?? {});
    expect(waitsFor.map(([other]) => other).toSorted()).toEqual(kind === "app" ? [...Object.keys(spaces), "postgres"].toSorted() : []);
    for (const [other, { condition }] of waitsFor) {
      expect(condition).toBe("service_healthy");
      expect(services[other]?.profiles ?? service().profiles).toEqual(expect.arrayContaining(service().profiles ?? []));
    }
  });

  test("its variables are ones that it reads", async () => {
    const { configSchema } = (await import(pathToFileURL(join(folder, "src/config.ts")).href)) as { configSchema: z.ZodObject };
    expect(Object.keys(service().environment ?? {}).filter((variable) => !(variable in configSchema.shape))).toEqual([]);
    for (const [space, variable] of Object.entries(spaces))
      expect(service().environment).toMatchObject({ [variable]: `http://${space}:7860` });
  });

  test("what it writes has a volume", () => {
    const kept = ((services[name] as { volumes?: string[] } | undefined)?.volumes ?? []).map((volume) => volume.split(":")[0] ?? "");
    expect(kept).toEqual(kind === "space" ? [name] : []);
    for (const volume of kept) expect(volumes).toHaveProperty(volume);
  });
});
