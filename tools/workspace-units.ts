import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder of the repository. */
export const repositoryRoot: string = fileURLToPath(new URL("..", import.meta.url));

/** A Space or an app as its folder and package.json describe it; nothing about it is listed anywhere else. */
export interface WorkspaceUnit {
  kind: "space" | "app";
  /** Folder name, e.g. minilm-embed. */
  name: string;
  folder: string;
  /** Local port of `npm start`. */
  port: number;
  /** For an app: Space name -> the environment variable that takes its address. */
  spaces: Readonly<Record<string, string>>;
}

interface UnitManifest {
  scripts?: { start?: string };
  outpost?: { port?: number; spaces?: Record<string, string> };
}

function readUnits(kind: WorkspaceUnit["kind"], parent: string): WorkspaceUnit[] {
  const names = existsSync(parent)
    ? readdirSync(parent).filter((name) => !name.startsWith("_") && existsSync(join(parent, name, "package.json")))
    : [];
  return names.map((name) => {
    const folder = join(parent, name);
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as UnitManifest;
    if (manifest.outpost?.port === undefined) throw new Error(`${folder}/package.json needs "outpost": { "port": ... }`);
    return { kind, name, folder, port: manifest.outpost.port, spaces: manifest.outpost.spaces ?? {} };
  });
}

/** Every Space and app of the repository, Spaces first, in the order of their ports. */
export function readWorkspaceUnits(root: string = repositoryRoot): WorkspaceUnit[] {
  const units = [...readUnits("space", join(root, "spaces")), ...readUnits("app", join(root, "apps"))];
  return units.toSorted((a, b) => (a.kind === b.kind ? a.port - b.port : a.kind === "space" ? -1 : 1));
}

/**
 * The units a person asked for: all when nothing was named, otherwise the named ones and the Spaces that named apps need.
 * @throws Error that lists the known names when one is unknown
 */
export function selectUnits(units: readonly WorkspaceUnit[], names: readonly string[]): WorkspaceUnit[] {
  if (names.length === 0) return [...units];
  const wanted = new Set<string>();
  for (const name of names) {
    const unit = units.find((candidate) => candidate.name === name);
    if (!unit) throw new Error(`There is no Space or app called "${name}". Known: ${units.map((known) => known.name).join(", ")}.`);
    wanted.add(name);
    for (const space of Object.keys(unit.spaces)) wanted.add(space);
  }
  return units.filter((unit) => wanted.has(unit.name));
}

/** Arguments of node in a unit's start script: flags and the built entry. @throws Error when the script is of another form */
export function readStartArguments(folder: string): string[] {
  const { scripts } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as UnitManifest;
  const [command, ...args] = (scripts?.start ?? "").split(" ");
  if (command !== "node" || args.length === 0)
    throw new Error(`${folder}/package.json needs a start script of the form "node ... dist/main.js".`);
  return args;
}
