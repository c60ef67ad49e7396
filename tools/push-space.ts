/**
 * `pnpm push:space <space> --to <owner>/<name>`: puts a Space's own repository together, shows what would change on the Hub,
 * makes the Space where there is none, sets its variables and secrets, pushes, and follows it until /ready answers.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { createSpaceClient } from "@repo/client-kit/create-space-client";
import { assembleSpace } from "./ship/assemble-space.ts";
import { compareFiles, describeChanges, listFiles } from "./ship/compare-files.ts";
import { followSpace } from "./ship/follow-space.ts";
import { type HubSpace, openHubSpace } from "./ship/hub-space.ts";
import { readWorkspaceUnits, repositoryRoot, type WorkspaceUnit } from "./workspace-units.ts";

const usage = `Usage: pnpm push:space <space> --to <owner>/<name> [options]
  --dry-run            only write the folder and say what would change
  --out <folder>       where the repository is written; default a folder that is removed again (with --dry-run: .cache/spaces/<space>)
  --model <profile>    full (default) or pocket: which model the image is built with
  --weights <folder>   a prepared model (model.json, *.onnx, ...) that is pushed with Git LFS and served in place of the others
  --variable <K=V>     a variable of the Space, again for more; e.g. MODEL_ID=owner/name to build another model in
  --secret <NAME>      a secret of the Space, its value taken from this environment; again for more
  --private            make the Space private when it is made
  --repository <url>   address of this repository on the web, for links of the README
  --address <url>      where the Space answers; default https://<owner>-<name>.hf.space
  --yes                do not ask before pushing
  --no-wait            do not follow the build
The token is HF_TOKEN (write access); HF_ENDPOINT names another Hub.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    to: { type: "string" },
    "dry-run": { type: "boolean", default: false },
    out: { type: "string" },
    model: { type: "string", default: "full" },
    weights: { type: "string" },
    variable: { type: "string", multiple: true, default: [] },
    secret: { type: "string", multiple: true, default: [] },
    private: { type: "boolean", default: false },
    repository: { type: "string" },
    address: { type: "string" },
    yes: { type: "boolean", default: false },
    "no-wait": { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

function readUnit(): WorkspaceUnit {
  const spaces = readWorkspaceUnits().filter(({ kind }) => kind === "space");
  const unit = spaces.find(({ name }) => name === positionals[0]);
  if (unit === undefined || positionals.length > 1) throw new Error(`${usage}\nSpaces: ${spaces.map(({ name }) => name).join(", ")}`);
  return unit;
}

function readModel(): "full" | "pocket" {
  if (values.model === "full" || values.model === "pocket") return values.model;
  throw new Error(`--model takes full or pocket, not ${values.model}.`);
}

function readVariables(): [string, string][] {
  const pairs = values.variable.map((text): [string, string] => {
    const [, name, value] = /^([A-Z][A-Z0-9_]*)=([\s\S]*)$/.exec(text) ?? [];
    if (name === undefined || value === undefined) throw new Error(`--variable takes NAME=value, not "${text}".`);
    return [name, value];
  });
  // The default of the Dockerfile would do for the build; the running container is told the same.
  return pairs.some(([name]) => name === "MODEL") ? pairs : [["MODEL", readModel()], ...pairs];
}

function readSecrets(): [string, string][] {
  return values.secret.map((name) => {
    const value = process.env[name];
    if (value === undefined || value === "") throw new Error(`--secret ${name}: there is no ${name} in this environment.`);
    return [name, value];
  });
}

function openFolder(unit: WorkspaceUnit): { folder: string; remove: () => void } {
  const kept = values.out ?? (values["dry-run"] ? join(repositoryRoot, ".cache/spaces", unit.name) : undefined);
  if (kept === undefined) {
    const folder = mkdtempSync(join(tmpdir(), `${unit.name}-`));
    return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
  }
  const folder = resolve(kept);
  if (values.out === undefined) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length > 0) throw new Error(`${folder} is not empty.`);
  return { folder, remove: () => undefined };
}

function build(unit: WorkspaceUnit): void {
  console.log(`Building ${unit.name} ...`);
  execFileSync("pnpm", ["--silent", "--filter", `@repo/${unit.name}`, "run", "build"], {
    cwd: repositoryRoot,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
}

/** Commit of this repository; "-dirty" where files differ from it, "an unknown commit" outside of git. */
function readRevision(): string {
  try {
    const git = (...args: string[]): string =>
      execFileSync("git", args, { cwd: repositoryRoot, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    return `${git("rev-parse", "HEAD")}${git("status", "--porcelain", "--untracked-files=no") === "" ? "" : "-dirty"}`;
  } catch {
    return "an unknown commit";
  }
}

async function confirm(question: string): Promise<boolean> {
  if (values.yes) return true;
  if (!process.stdin.isTTY) throw new Error("Nobody can be asked here; add --yes to push.");
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  return /^y(?:es)?$/i.test(answer.trim());
}

async function follow(hub: HubSpace, id: string, commit: string, token: string): Promise<void> {
  const client = createSpaceClient({
    url: values.address ?? id,
    token,
    ...(process.env["HF_ENDPOINT"] === undefined ? {} : { hubUrl: process.env["HF_ENDPOINT"] }),
  });
  try {
    const { condition, title, fix, evidence } = await followSpace({ client, readHub: hub.state, commit, onStage: console.log });
    if (condition === "awake") {
      console.log(`Ready: ${client.address.baseUrl}`);
      return;
    }
    const log = await hub.log(condition === "build_error" || condition === "building" ? "build" : "run");
    throw new Error([`${condition}: ${title} ${fix}`, ...evidence, ...log.map((line) => `  | ${line}`)].join("\n"));
  } finally {
    client.close();
  }
}

async function push(hub: HubSpace, id: string, unit: WorkspaceUnit, folder: string): Promise<string | undefined> {
  const exists = await hub.exists();
  const changes = await compareFiles(folder, exists ? await hub.files() : []);
  console.log(exists ? describeChanges(changes) : `${id} does not exist yet (or this token may not see it).\n${describeChanges(changes)}`);
  if (values["dry-run"]) return undefined;
  const secrets = readSecrets();
  if (!(await confirm(`Push to ${id}?`))) return undefined;
  if (!exists) await hub.create({ isPrivate: values.private });
  // Before the push: it starts the build, and a build takes variables as arguments.
  for (const [name, value] of readVariables()) await hub.set("variables", name, value);
  for (const [name, value] of secrets) await hub.set("secrets", name, value);
  if (changes.length === 0) return undefined;
  return await hub.push(folder, changes, `${unit.name} of ${readRevision()}`, console.log);
}

async function main(): Promise<void> {
  if (values.help) {
    console.log(usage);
    return;
  }
  const unit = readUnit();
  const id = values.to;
  const token = process.env["HF_TOKEN"] ?? "";
  const isOffline = values["dry-run"] && (token === "" || id === undefined);
  if (!isOffline && !/^[\w.-]+\/[\w.-]+$/.test(id ?? "")) throw new Error(`--to takes <owner>/<name>.\n${usage}`);
  if (!isOffline && token === "") throw new Error("Set HF_TOKEN to a token with write access (https://huggingface.co/settings/tokens).");
  readVariables();
  build(unit);
  const { folder, remove } = openFolder(unit);
  try {
    assembleSpace({ unit, target: folder, model: readModel(), weights: values.weights, repositoryUrl: values.repository });
    if (values["dry-run"] || values.out !== undefined) console.log(`${folder}: ${listFiles(folder).length} files`);
    if (isOffline) {
      console.log(describeChanges(await compareFiles(folder, [])));
      return;
    }
    const hub = openHubSpace({
      id: id ?? "",
      token,
      ...(process.env["HF_ENDPOINT"] === undefined ? {} : { hubUrl: process.env["HF_ENDPOINT"] }),
    });
    const commit = await push(hub, id ?? "", unit, folder);
    if (commit === undefined) return;
    console.log(`Pushed ${commit}.`);
    if (!values["no-wait"]) await follow(hub, id ?? "", commit, token);
  } finally {
    remove();
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
