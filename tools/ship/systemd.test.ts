import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import type { z } from "zod";
import { readStartArguments, repositoryRoot } from "../workspace-units.ts";

const read = (name: string): string => readFileSync(join(repositoryRoot, "deploy/systemd", name), "utf8");
const app = join(repositoryRoot, "apps/pdf-extractor");

test("the environment file names variables that the app reads, and no secret", async () => {
  const { configSchema } = (await import(pathToFileURL(join(app, "src/config.ts")).href)) as { configSchema: z.ZodObject };
  const pairs = read("pdf-extractor.env")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split("="));
  expect(pairs.length).toBeGreaterThan(10);
  for (const [name = "", value] of pairs) {
    expect(Object.keys(configSchema.shape)).toContain(name);
    expect([name, /KEY|TOKEN|DATABASE_URL/.test(name) ? value : ""]).toEqual([name, ""]);
  }
});

test("with the file as it is the app accepts its configuration once a Space is named", async () => {
  const { configSchema } = (await import(pathToFileURL(join(app, "src/config.ts")).href)) as { configSchema: z.ZodObject };
  const { loadConfig } = await import("@repo/server-kit/load-config");
  const variables = Object.fromEntries(
    read("pdf-extractor.env")
      .split("\n")
      .filter((line) => /^[A-Z]/.test(line))
      .map((line) => line.split("=")),
  );
  expect(loadConfig(configSchema, { ...variables, SIGLIP_SPACE_URL: "owner/siglip" })).toMatchObject({
    PORT: 3004,
    VISUAL_EMBEDDING_MODE: "remote",
  });
});

test("the unit starts what the app's own start script starts", () => {
  expect(read("pdf-extractor.service")).toContain(`ExecStart=/usr/bin/env node ${readStartArguments(app).join(" ")}\n`);
});

test("the unit may write to its own state and gain nothing", () => {
  const unit = read("pdf-extractor.service");
  for (const line of [
    "ProtectSystem=strict",
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
    "StateDirectory=pdf-extractor",
    "User=pdf-extractor",
  ]) {
    expect(unit.split("\n")).toContain(line);
  }
});
