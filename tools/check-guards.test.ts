/**
 * A guard that cannot fail guards nothing: each one runs on a small repository with one fault in it, beside the same
 * repository without the fault.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findProblem, guards } from "./guards.ts";
import { repositoryRoot } from "./workspace-units.ts";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const configFiles = [
  ".dependency-cruiser.mjs",
  ".oxlintrc.json",
  ".oxfmtrc.json",
  "knip.json",
  "tsconfig.base.json",
  "turbo.json",
  ".gitignore",
];

const manifest = (name: string, dependencies: Record<string, string> = {}, exports?: Record<string, string>): string =>
  `${JSON.stringify({ name: `@repo/${name}`, version: "0.1.0", private: true, type: "module", exports, dependencies })}\n`;

const unit = (name: string, tag: string, path: string, dependencies: Record<string, string> = {}): Record<string, string> => ({
  // Everything a package has may be imported, an app's files may not: only there can an export be unused.
  [`${path}/package.json`]: manifest(name, dependencies, tag === "app" ? undefined : { "./*": "./src/*.ts" }),
  [`${path}/turbo.json`]: `${JSON.stringify({ extends: ["//"], tags: [tag] })}\n`,
  [`${path}/tsconfig.json`]: `${JSON.stringify({ extends: "../../tsconfig.base.json", include: ["src"] })}\n`,
});

/** A repository in which every guard passes. */
const soundRepository: Record<string, string> = {
  "package.json": `${JSON.stringify({ name: "fixture", private: true, type: "module", packageManager: "pnpm@12.21.0", license: "Apache-2.0" })}\n`,
  "pnpm-workspace.yaml": "packages:\n  - packages/*\n  - spaces/*\n  - apps/*\n",
  "pnpm-lock.yaml": "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n",
  ...unit("contracts", "contracts", "packages/contracts"),
  ...unit("engine", "engine", "packages/engine"),
  ...unit("client-kit", "client-kit", "packages/client-kit"),
  ...unit("one", "app", "apps/one", { "@repo/client-kit": "workspace:*" }),
  ...unit("space-a", "space", "spaces/space-a"),
  "packages/contracts/src/answer.ts": "/** The answer. */\nexport const answer = 42;\n",
  "packages/engine/src/engine.ts": "/** Runs. */\nexport function run(): number {\n  return 1;\n}\n",
  "packages/client-kit/src/call.ts": "/** Calls. */\nexport function call(): number {\n  return 2;\n}\n",
  "spaces/space-a/src/main.ts": "export const space = 1;\n",
  "apps/one/src/main.ts": 'import { search } from "./features/search/search.ts";\n\nsearch();\n',
  "apps/one/src/features/search/search.ts": "export function search(): number {\n  return 3;\n}\n",
};

function makeRepository(changes: Record<string, string> = {}): string {
  const root = mkdtempSync(join(tmpdir(), "outpost-guards-"));
  folders.push(root);
  for (const name of configFiles) cpSync(join(repositoryRoot, name), join(root, name));
  symlinkSync(join(repositoryRoot, "node_modules"), join(root, "node_modules"));
  for (const [path, text] of Object.entries({ ...soundRepository, ...changes })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  spawnSync("git", ["init", "-q", "."], { cwd: root });
  return root;
}

function runTool(command: string, args: readonly string[], root: string): { status: number; output: string } {
  const environment = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1", NO_COLOR: "1" };
  const result = spawnSync(join(repositoryRoot, "node_modules/.bin", command), args, { cwd: root, encoding: "utf8", env: environment });
  return { status: result.status ?? 1, output: result.stdout + result.stderr };
}

const depcruise = (root: string) => runTool("depcruise", ["--config", ".dependency-cruiser.mjs", "packages", "spaces", "apps"], root);
const oxlint = (root: string) => runTool("oxlint", ["--type-aware", "--deny-warnings"], root);

test("every guard passes on the sound repository, having read its files", { timeout: 60_000 }, () => {
  const root = makeRepository();
  const cruise = depcruise(root);
  expect(cruise.output).toMatch(/no dependency violations found \([1-9]\d* modules/);
  expect(cruise.status).toBe(0);
  expect(runTool("tsc", ["-p", "packages/contracts"], root)).toMatchObject({ status: 0 });
  expect(oxlint(root).output).toMatch(/Found 0 warnings and 0 errors/);
  expect(runTool("oxfmt", ["--check", "packages/engine/src"], root)).toMatchObject({ status: 0 });
  expect(runTool("turbo", ["boundaries"], root)).toMatchObject({ status: 0 });
});

/** Fault -> [rule that must be named, files]. */
const importFaults: Record<string, [string, Record<string, string>]> = {
  "contracts import Node": [
    "contracts-are-pure",
    { "packages/contracts/src/answer.ts": 'import { cwd } from "node:process";\n\nexport const answer = cwd();\n' },
  ],
  "the engine imports a server": [
    "engine-knows-no-runtime",
    { "packages/engine/src/engine.ts": 'export { call as run } from "../../client-kit/src/call.ts";\n' },
  ],
  "client-kit imports Node": [
    "client-kit-uses-no-node-api",
    { "packages/client-kit/src/call.ts": 'export { readFileSync as call } from "node:fs";\n' },
  ],
  "client-kit imports the engine": [
    "client-kit-runs-anywhere",
    { "packages/client-kit/src/call.ts": 'export { run as call } from "../../engine/src/engine.ts";\n' },
  ],
  "a Space imports client-kit": [
    "spaces-stand-alone",
    { "spaces/space-a/src/main.ts": 'import { call } from "../../../packages/client-kit/src/call.ts";\n\ncall();\n' },
  ],
  "an app imports an engine": [
    "apps-stand-alone",
    { "apps/one/src/features/search/search.ts": 'export { run as search } from "../../../../../packages/engine/src/engine.ts";\n' },
  ],
  "a feature imports another feature": [
    "features-do-not-know-each-other",
    {
      "apps/one/src/features/search/search.ts": 'export { similar as search } from "../similar/similar.ts";\n',
      "apps/one/src/features/similar/similar.ts": "export function similar(): number {\n  return 4;\n}\n",
    },
  ],
  "an app's feature loads a Space": [
    "only-spaces-ts-reaches-a-space",
    {
      "apps/one/src/features/search/search.ts":
        'export const search = async () => await import("../../../../../spaces/space-a/src/main.ts");\n',
    },
  ],
  "spaces.ts loads a Space eagerly": [
    "a-space-is-loaded-lazily",
    { "apps/one/src/spaces.ts": 'export { space } from "../../../spaces/space-a/src/main.ts";\n' },
  ],
  "a file other than config.ts reads the environment": [
    "only-config-reads-the-environment",
    { "apps/one/src/features/search/search.ts": 'import { env } from "node:process";\n\nexport const search = () => env["KEY"];\n' },
  ],
  "a file other than session.ts imports ONNX Runtime": [
    "only-session-touches-onnxruntime",
    { "spaces/space-a/src/main.ts": 'import "onnxruntime-node";\n' },
  ],
  "the server decodes a file itself": [
    "files-are-decoded-in-their-own-process",
    { "packages/engine-onnx/src/engine.ts": 'import "sharp";\n' },
  ],
  "an app decodes a file outside of its reading process": [
    "apps-decode-files-in-their-own-process",
    { "apps/one/src/features/search/search.ts": 'import "sharp";\n\nexport const search = 1;\n' },
  ],
  "what starts processes knows what they do": [
    "confined-process-stands-alone",
    { "packages/confined-process/src/start.ts": 'export { run as start } from "../../engine/src/engine.ts";\n' },
  ],
  "a Space loads a decoder": [
    "decoders-are-loaded-by-that-process-only",
    {
      "packages/engine-onnx/src/images/open-pdf.ts": "export const openPdf = 1;\n",
      "spaces/space-a/src/main.ts": 'import { openPdf } from "../../../packages/engine-onnx/src/images/open-pdf.ts";\n\nopenPdf;\n',
    },
  ],
  "two files import each other": [
    "no-cycles",
    {
      "packages/engine/src/engine.ts": 'import { stop } from "./stop.ts";\n\nexport const run = () => stop;\n',
      "packages/engine/src/stop.ts": 'import { run } from "./engine.ts";\n\nexport const stop = () => run;\n',
    },
  ],
  "an import does not resolve": ["no-unresolved", { "apps/one/src/main.ts": 'import "not-declared-anywhere";\n' }],
};

test.for(Object.entries(importFaults))("dependency-cruiser notices when %s", ([, [rule, files]]) => {
  const { status, output } = depcruise(makeRepository(files));
  expect(output).toContain(rule);
  expect(status).not.toBe(0);
});

test("turbo boundaries notices a client-kit that depends on the engine", () => {
  const root = makeRepository({
    "packages/client-kit/package.json": manifest("client-kit", { "@repo/engine": "workspace:*" }),
    "packages/client-kit/src/call.ts": 'export { run as call } from "@repo/engine/engine";\n',
  });
  const { status, output } = runTool("turbo", ["boundaries"], root);
  expect(output).toMatch(/engine/);
  expect(status).not.toBe(0);
});

const lintFaults: Record<string, [string, Record<string, string>]> = {
  "process.env is read outside config.ts": [
    "no-process-env",
    { "apps/one/src/features/search/search.ts": 'export const search = () => process.env["KEY"];\n' },
  ],
  "a promise is left floating": [
    "no-floating-promises",
    {
      "apps/one/src/features/search/search.ts":
        "async function wait(): Promise<void> {}\n\nexport function search(): void {\n  wait();\n}\n",
    },
  ],
  "a default export is made": [
    "no-default-export",
    { "apps/one/src/features/search/search.ts": "export function search() {}\n\nexport default search;\n" },
  ],
  "an export of a package has no docstring": [
    "require-jsdoc",
    { "packages/engine/src/engine.ts": "export function run(): number {\n  return 1;\n}\n" },
  ],
  "any is used": [
    "no-explicit-any",
    { "apps/one/src/features/search/search.ts": "export function search(value: any) {\n  return value;\n}\n" },
  ],
  "a test asserts nothing": [
    "expect-expect",
    {
      "apps/one/src/features/search/search.test.ts":
        'import { test } from "vitest";\n\nimport { search } from "./search.ts";\n\ntest("it runs", () => {\n  search();\n});\n',
    },
  ],
  "a test is focused": [
    "no-focused-tests",
    {
      "apps/one/src/features/search/search.test.ts":
        'import { expect, test } from "vitest";\n\ntest.only("it runs", () => {\n  expect(1).toBe(1);\n});\n',
    },
  ],
};

test.for(Object.entries(lintFaults))("oxlint notices when %s", ([, [rule, files]]) => {
  const { status, output } = oxlint(makeRepository(files));
  expect(output).toContain(rule);
  expect(status).not.toBe(0);
});

test("oxfmt notices a badly formatted file", () => {
  const { status } = runTool(
    "oxfmt",
    ["--check", "packages/engine/src"],
    makeRepository({ "packages/engine/src/engine.ts": "/** Runs. */\nexport   const run = 1\n" }),
  );
  expect(status).not.toBe(0);
});

test("the type checker notices a wrong type, and syntax that Node cannot erase", () => {
  const wrong = runTool(
    "tsc",
    ["-p", "packages/engine"],
    makeRepository({ "packages/engine/src/engine.ts": "export const run: string = 1;\n" }),
  );
  expect(wrong.output).toContain("TS2322");
  expect(wrong.status).not.toBe(0);
  const enumeration = runTool(
    "tsc",
    ["-p", "packages/engine"],
    makeRepository({ "packages/engine/src/engine.ts": "export enum Run {\n  Now,\n}\n" }),
  );
  expect(enumeration.output).toContain("TS1294");
});

test("knip notices an export that nobody uses in an app", () => {
  const { status, output } = runTool(
    "knip",
    [],
    makeRepository({ "apps/one/src/features/search/search.ts": "export const search = () => 1;\nexport const forgotten = 2;\n" }),
  );
  expect(output).toContain("forgotten");
  expect(status).not.toBe(0);
});

test("an import guard that read no file is a failure, though its tool succeeds", () => {
  const guard = guards.find(({ name }) => name === "imports");
  if (!guard) throw new Error("There is no import guard.");
  expect(findProblem(guard, 0, "no dependency violations found (0 modules, 0 dependencies cruised)")).toContain("without reading the code");
  expect(findProblem(guard, 0, "no dependency violations found (338 modules, 1178 dependencies cruised)")).toBeUndefined();
});

test("the table guard notices a README that does not match its config.ts", () => {
  const config = (fallback: number): string =>
    `import { z } from ${JSON.stringify(import.meta.resolve("zod"))};\nexport const configSchema = z.object({ PORT: z.coerce.number().default(${fallback}).describe("Port.") });\n`;
  const readme =
    "# one\n\n<!-- environment: generated from src/config.ts -->\n\n| Variable | Default | Meaning |\n|---|---|---|\n| `PORT` | `1` | Port. |\n\n<!-- /environment -->\n";
  const check = (fallback: number) => {
    const root = makeRepository({
      "spaces/space-a/package.json": JSON.stringify({ name: "@repo/space-a", type: "module", outpost: { port: 1 } }),
      "spaces/space-a/README.md": readme,
      "spaces/space-a/src/config.ts": config(fallback),
      "apps/one/package.json": JSON.stringify({ name: "@repo/one", type: "module", outpost: { port: 2 } }),
      "apps/one/README.md": readme,
      "apps/one/src/config.ts": config(1),
    });
    return runTool("node", [join(repositoryRoot, "tools/env-tables.ts"), "--check", root], repositoryRoot);
  };
  expect(check(1)).toMatchObject({ status: 0 });
  const { status, output } = check(2);
  expect(output).toContain("spaces/space-a/README.md does not match");
  expect(status).not.toBe(0);
});

test("pnpm refuses a version that the catalog does not hold", () => {
  const root = makeRepository({ "pnpm-workspace.yaml": readFileSync(join(repositoryRoot, "pnpm-workspace.yaml"), "utf8") });
  const add = (version: string) =>
    spawnSync("pnpm", ["add", `zod@${version}`, "--lockfile-only", "--offline"], { cwd: join(root, "apps/one"), encoding: "utf8" });
  const other = add("3.25.0");
  expect(other.stdout + other.stderr).toContain("ERR_PNPM_CATALOG_VERSION_MISMATCH");
  expect(other.status).not.toBe(0);
});

test("the lock file names no registry host", () => {
  const { stdout } = spawnSync("grep", ["-cE", "https?://|tarball:", "pnpm-lock.yaml"], { cwd: repositoryRoot, encoding: "utf8" });
  expect(stdout.trim()).toBe("0");
});
