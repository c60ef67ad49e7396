/**
 * render.yaml against the documented rules of Render's Blueprints (https://render.com/docs/blueprint-spec), and against the
 * repository. Render publishes its JSON Schema without a licence, so it is not kept here: RENDER_SCHEMA=<file> names a
 * downloaded copy, as the workflow does.
 */
import { existsSync, readFileSync } from "node:fs";
import { matchesGlob } from "node:path";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { readWorkspaceUnits, repositoryRoot } from "../workspace-units.ts";

const variable = z.union([
  z.strictObject({ key: z.string(), value: z.string() }),
  z.strictObject({ key: z.string(), generateValue: z.literal(true) }),
  z.strictObject({ key: z.string(), sync: z.literal(false) }),
  z.strictObject({
    key: z.string(),
    fromDatabase: z.strictObject({
      name: z.string(),
      property: z.enum(["connectionString", "host", "port", "user", "password", "database"]),
    }),
  }),
  z.strictObject({ key: z.string(), fromService: z.strictObject({ type: z.literal("web"), name: z.string(), envVarKey: z.string() }) }),
]);
const region = z.enum(["oregon", "ohio", "virginia", "frankfurt", "singapore"]);
const blueprint = z.strictObject({
  databases: z
    .array(
      z.strictObject({
        name: z.string(),
        databaseName: z.string().regex(/^[a-z][a-z0-9_]*$/),
        plan: z.enum(["free", "basic-256mb", "basic-1gb", "basic-4gb"]),
        region,
        postgresMajorVersion: z.enum(["13", "14", "15", "16", "17", "18"]),
        ipAllowList: z.array(z.strictObject({ source: z.string(), description: z.string().optional() })),
      }),
    )
    // An account may have one free database.
    .length(1),
  services: z.array(
    z.strictObject({
      type: z.literal("web"),
      name: z.string().regex(/^[a-z0-9-]+$/),
      runtime: z.literal("docker"),
      plan: z.enum(["free", "starter", "standard", "pro"]),
      region,
      dockerfilePath: z.string(),
      dockerContext: z.literal("."),
      healthCheckPath: z.string().startsWith("/"),
      autoDeployTrigger: z.enum(["off", "commit", "checksPass"]),
      buildFilter: z.strictObject({ paths: z.array(z.string()), ignoredPaths: z.array(z.string()) }),
      envVars: z.array(variable),
    }),
  ),
});

const text = readFileSync(join(repositoryRoot, "render.yaml"), "utf8");
const apps = readWorkspaceUnits().filter(({ kind }) => kind === "app");
const read = () => blueprint.parse(parse(text));

test("it keeps to the documented rules, and a key that Render does not know is refused", () => {
  expect(read().services.length).toBeGreaterThan(0);
  expect(() => blueprint.parse(parse(text.replace("healthCheckPath", "healthcheckPath")))).toThrow(/healthCheckPath/);
  expect(() => blueprint.parse(parse(text.replace("region: virginia", "region: mars")))).toThrow(/region/);
});

test.skipIf(process.env["RENDER_SCHEMA"] === undefined)("it is valid by Render's own schema", () => {
  const schema = JSON.parse(readFileSync(process.env["RENDER_SCHEMA"] ?? "", "utf8")) as object;
  const validate = new Ajv2020({ strict: false, allErrors: true }).compile(schema);
  validate(parse(text));
  expect(validate.errors ?? []).toEqual([]);
  validate(parse(text.replace("healthCheckPath", "healthcheckPath")));
  expect(validate.errors?.length ?? 0).toBeGreaterThan(0);
});

test("every app of the repository is deployed once, beside the database it uses", () => {
  const { services, databases } = read();
  expect(services.map(({ name }) => name).toSorted()).toEqual(apps.map(({ name }) => name).toSorted());
  for (const service of services) {
    expect(service.region).toBe(databases[0]?.region);
    expect(service.envVars).toContainEqual({ key: "APP", value: service.name });
    expect(service.envVars).toContainEqual({
      key: "DATABASE_URL",
      fromDatabase: { name: databases[0]?.name, property: "connectionString" },
    });
    expect(service.envVars).toContainEqual({ key: "DATABASE_NAME", value: service.name.replaceAll("-", "_") });
    expect(existsSync(join(repositoryRoot, service.dockerfilePath))).toBe(true);
  }
});

describe.each(apps)("$name", ({ name, folder, spaces }) => {
  const service = () => read().services.find((candidate) => candidate.name === name);

  test("every variable is one that the app reads, and its Space's address is asked for", async () => {
    const { configSchema } = (await import(pathToFileURL(join(folder, "src/config.ts")).href)) as { configSchema: z.ZodObject };
    const known = new Set([...Object.keys(configSchema.shape), "APP"]);
    const keys = service()?.envVars.map(({ key }) => key) ?? [];
    expect(keys.filter((key) => !known.has(key))).toEqual([]);
    expect(new Set(keys).size).toBe(keys.length);
    for (const address of Object.values(spaces)) expect(service()?.envVars).toContainEqual({ key: address, sync: false });
  });

  test("no secret stands in the file", () => {
    const secrets = service()?.envVars.filter(({ key }) => /TOKEN|KEY|SECRET|PASSWORD/.test(key)) ?? [];
    expect(secrets.filter((entry) => "value" in entry)).toEqual([]);
  });

  test("a change of what it is built from deploys it, a change of another app, a Space, a test or a page of words does not", () => {
    const { paths = [], ignoredPaths = [] } = service()?.buildFilter ?? {};
    const isDeployed = (path: string): boolean =>
      paths.some((glob) => matchesGlob(path, glob)) && !ignoredPaths.some((glob) => matchesGlob(path, glob));
    for (const path of [
      `apps/${name}/src/main.ts`,
      "packages/app-kit/src/page.tsx",
      "pnpm-lock.yaml",
      "docker/app.Dockerfile",
      "docker/make-root.sh",
      "docker/prune-modules.sh",
      "tools/tsup-app.ts",
    ]) {
      expect([path, isDeployed(path)]).toEqual([path, true]);
    }
    const others = [
      ...apps.filter((app) => app.name !== name).map((app) => `apps/${app.name}/src/main.ts`),
      "spaces/minilm-embed/src/main.ts",
    ];
    for (const path of [...others, `apps/${name}/README.md`, `apps/${name}/src/app.test.ts`, "docker/space.Dockerfile"]) {
      expect([path, isDeployed(path)]).toEqual([path, false]);
    }
  });
});
