/**
 * `pnpm new:space <id> [--port N] [--from <space>]`: copies spaces/_template, or another Space of the same kind, to
 * spaces/<id> under its own name and port. A Space holds facts and no machinery, so that is what is left to be edited:
 * workspace, build, tests and `npm start` find a Space by its folder.
 */
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { readWorkspaceUnits, repositoryRoot } from "./workspace-units.ts";

const firstPort = 7861;
const templateFolder = "_template";
const leftOut = new Set(["node_modules", "dist", ".turbo", ".cache"]);

/** What to make. */
export interface NewSpace {
  /** Folder of the repository. */
  root: string;
  /** Name of the Space: kebab-case, e.g. ocr-read. */
  id: string;
  /** Local port; default the first free one from 7861. */
  port?: number | undefined;
  /** Space to start from, e.g. minilm-embed for another text-embedding model; default the template, which has no model. */
  from?: string | undefined;
}

/** A Space's own names, which its files mention. */
interface SpaceNames {
  folder: string;
  id: string;
  port: number;
}

/**
 * Makes the folder of a new Space.
 * @returns the folder and the port it got
 * @throws Error that says what is wrong with the name, the port or the Space to start from
 */
export function createSpace({ root, id, port: wanted, from }: NewSpace): { folder: string; port: number } {
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(id)) throw new Error(`"${id}" is no name for a Space: use kebab-case, e.g. ocr-read.`);
  const folder = join(root, "spaces", id);
  if (existsSync(folder)) throw new Error(`spaces/${id} exists already.`);
  const source = readNames(root, from ?? templateFolder);
  const port = choosePort(root, wanted);
  cpSync(join(root, "spaces", source.folder), folder, { recursive: true, filter: (path) => !leftOut.has(basename(path)) });
  for (const file of listFiles(folder)) writeFileSync(file, rename(readFileSync(file, "utf8"), source, { folder: id, id, port }));
  return { folder, port };
}

function readNames(root: string, folder: string): SpaceNames {
  const path = join(root, "spaces", folder, "package.json");
  if (folder.includes("/") || !existsSync(path)) throw new Error(`There is no Space "${folder}" to start from.`);
  const { name, outpost } = JSON.parse(readFileSync(path, "utf8")) as { name: string; outpost: { port: number } };
  return { folder, id: name.replace("@repo/", ""), port: outpost.port };
}

function choosePort(root: string, wanted: number | undefined): number {
  const taken = new Map(readWorkspaceUnits(root).map((unit) => [unit.port, unit.name]));
  taken.set(readNames(root, templateFolder).port, "the template");
  if (wanted === undefined) {
    let port = firstPort;
    while (taken.has(port)) port += 1;
    return port;
  }
  if (!Number.isInteger(wanted) || wanted < 1024 || wanted > 65_535) throw new Error("--port takes a whole number from 1024 to 65535.");
  const owner = taken.get(wanted);
  if (owner !== undefined) throw new Error(`Port ${wanted} belongs to ${owner}.`);
  return wanted;
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function rename(text: string, from: SpaceNames, to: SpaceNames): string {
  return text
    .replaceAll(/<!-- template only -->[\s\S]*?<!-- \/template only -->\n*/g, "")
    .replaceAll(`spaces/${from.folder}`, `spaces/${to.folder}`)
    .replaceAll(/^title: .*$/gm, `title: ${toTitle(to.id)}`)
    .replaceAll(new RegExp(`\\b${from.id}\\b`, "g"), to.id)
    .replaceAll(String(from.port), String(to.port));
}

function toTitle(id: string): string {
  const words = id.split("-").join(" ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function main(): void {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { port: { type: "string" }, from: { type: "string" } } });
  const [id] = positionals;
  if (id === undefined || positionals.length > 1) throw new Error("Usage: pnpm new:space <id> [--port N] [--from <space>]");
  const made = createSpace({
    root: repositoryRoot,
    id,
    port: values.port === undefined ? undefined : Number(values.port),
    from: values.from,
  });
  console.log(`spaces/${id} is there, with port ${made.port}. Next:
  pnpm install                                        # links it into the workspace
  pnpm exec vitest run --project unit spaces/${id}    # it passes the conformance suite as it is
  npm start -- ${id}
Then put your model into src/model.ts${values.from === undefined ? " and src/service.ts" : "; words for people stand in src/app.ts and README.md"}.`);
}

if (import.meta.main) {
  try {
    main();
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : thrown);
    process.exit(1);
  }
}
