/**
 * `pnpm new:space <id> [--port N]`: copies spaces/_template to spaces/<id> under its own name and port.
 * Nothing else has to be edited: workspace, build, tests and `npm start` find a Space by its folder.
 */
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { readWorkspaceUnits, repositoryRoot } from "./workspace-units.ts";

const firstPort = 7861;
const templatePort = 7869;
const leftOut = new Set(["node_modules", "dist", ".turbo"]);

/** What to make. */
export interface NewSpace {
  /** Folder of the repository. */
  root: string;
  /** Name of the Space: kebab-case, e.g. ocr-read. */
  id: string;
  /** Local port; default the first free one from 7861. */
  port?: number | undefined;
}

/**
 * Makes the folder of a new Space.
 * @returns the folder and the port it got
 * @throws Error that says what is wrong with the name or the port
 */
export function createSpace({ root, id, port: wanted }: NewSpace): { folder: string; port: number } {
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(id)) throw new Error(`"${id}" is no name for a Space: use kebab-case, e.g. ocr-read.`);
  const folder = join(root, "spaces", id);
  if (existsSync(folder)) throw new Error(`spaces/${id} exists already.`);
  const port = choosePort(root, wanted);
  const template = join(root, "spaces/_template");
  cpSync(template, folder, { recursive: true, filter: (source) => !leftOut.has(basename(source)) });
  for (const file of listFiles(folder)) writeFileSync(file, rename(readFileSync(file, "utf8"), id, port));
  return { folder, port };
}

function choosePort(root: string, wanted: number | undefined): number {
  const taken = new Map(readWorkspaceUnits(root).map((unit) => [unit.port, unit.name]));
  if (wanted === undefined) {
    let port = firstPort;
    while (taken.has(port) || port === templatePort) port += 1;
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

function rename(text: string, id: string, port: number): string {
  const words = id.split("-").join(" ");
  const title = words.charAt(0).toUpperCase() + words.slice(1);
  return text
    .replaceAll(/<!-- template only -->[\s\S]*?<!-- \/template only -->\n*/g, "")
    .replaceAll("@repo/template", `@repo/${id}`)
    .replaceAll("spaces/_template", `spaces/${id}`)
    .replaceAll("title: Template", `title: ${title}`)
    .replaceAll("# template", `# ${id}`)
    .replaceAll(String(templatePort), String(port));
}

function main(): void {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { port: { type: "string" } } });
  const [id] = positionals;
  if (id === undefined || positionals.length > 1) throw new Error("Usage: pnpm new:space <id> [--port N]");
  const made = createSpace({ root: repositoryRoot, id, port: values.port === undefined ? undefined : Number(values.port) });
  console.log(`spaces/${id} is there, with port ${made.port}. Next:
  pnpm install                                        # links it into the workspace
  pnpm exec vitest run --project unit spaces/${id}    # it passes the conformance suite as it is
  npm start -- ${id}
Then put your model into src/model.ts and src/service.ts.`);
}

if (import.meta.main) {
  try {
    main();
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : thrown);
    process.exit(1);
  }
}
