import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { externalOfApps } from "../tsup-app.ts";
import { externalOfSpaces } from "../tsup-space.ts";
import { readStartArguments, repositoryRoot, type WorkspaceUnit } from "../workspace-units.ts";
import { type LockFile, pruneLockFile } from "./prune-lock-file.ts";

/** Folders of an app that its bundle reads beside dist/. */
const dataFolders = ["migrations", "data"];

interface UnitManifest {
  name: string;
  version: string;
  license: string;
  dependencies?: Record<string, string>;
  outpost?: unknown;
}

/**
 * Puts everything that an image needs of a built Space or app into an empty folder: the bundle, the packages that stay outside
 * of it as a manifest with a lock file, a start script, and for a Space its committed model. The folder knows nothing of
 * the workspace, so it can be built anywhere (docker/space.Dockerfile, docker/app.Dockerfile).
 * @throws Error when the unit has not been built
 */
export function bundleUnit(unit: WorkspaceUnit, target: string): void {
  if (!existsSync(join(unit.folder, "dist/main.js")))
    throw new Error(`${unit.name} is not built: pnpm --filter @repo/${unit.name} run build`);
  mkdirSync(target, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(unit.folder, "package.json"), "utf8")) as UnitManifest;
  const lockFile = parse(readFileSync(join(repositoryRoot, "pnpm-lock.yaml"), "utf8")) as LockFile;
  const packages = Object.keys(manifest.dependencies ?? {}).filter((name) => staysOutside(unit.kind, name));
  const pruned = pruneLockFile(lockFile, `${unit.kind}s/${unit.name}`, packages);

  const write = (name: string, text: string, mode = 0o644): void => writeFileSync(join(target, name), text, { mode });
  write(
    "package.json",
    `${JSON.stringify({ name: unit.name, version: manifest.version, private: true, license: manifest.license, type: "module", dependencies: pruned.versions, outpost: manifest.outpost }, undefined, 2)}\n`,
  );
  write("pnpm-lock.yaml", stringify(pruned.lockFile, { lineWidth: 0 }));
  write("pnpm-workspace.yaml", stringify(workspaceSettings()));
  write("start.sh", `#!/bin/sh\nexec node ${readStartArguments(unit.folder).join(" ")}\n`, 0o755);
  cpSync(join(repositoryRoot, "LICENSE"), join(target, "LICENSE"));
  for (const script of ["make-root.sh", "prune-modules.sh"]) cpSync(join(repositoryRoot, "docker", script), join(target, script));
  // A Space starts without --enable-source-maps.
  cpSync(join(unit.folder, "dist"), join(target, "dist"), {
    recursive: true,
    filter: (path) => unit.kind === "app" || !path.endsWith(".js.map"),
  });
  if (unit.kind === "app") {
    for (const name of dataFolders) {
      if (existsSync(join(unit.folder, name))) cpSync(join(unit.folder, name), join(target, name), { recursive: true });
    }
  }
  if (unit.kind === "space") for (const name of findModelFolders(unit.folder)) copyModel(name, target);
}

function staysOutside(kind: WorkspaceUnit["kind"], name: string): boolean {
  if (name.startsWith("@repo/")) return false;
  return (kind === "space" ? externalOfSpaces : externalOfApps).some((beginning) => new RegExp(`^${beginning}`).test(name));
}

/** Of the workspace's settings those that an installation from a lock file obeys. */
function workspaceSettings(): object {
  const settings = parse(readFileSync(join(repositoryRoot, "pnpm-workspace.yaml"), "utf8")) as Record<string, unknown>;
  const { strictDepBuilds, allowBuilds } = settings;
  return { packages: ["."], nodeLinker: "hoisted", pmOnFail: "ignore", strictDepBuilds, allowBuilds };
}

/** Names of the folders in models/ that the sources of a Space refer to. */
export function findModelFolders(folder: string): string[] {
  const source = join(folder, "src");
  const texts = readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => readFileSync(join(source, name), "utf8"));
  const names = texts.flatMap((text) => [...text.matchAll(/\.\.\/models\/([a-z0-9-]+)\/?["'`]/g)].map(([, name = ""]) => name));
  return [...new Set(names)].filter((name) => existsSync(join(repositoryRoot, "models", name)));
}

/** The files of a model, without its card's pictures, fixtures and training. */
function copyModel(name: string, target: string): void {
  const from = join(repositoryRoot, "models", name);
  const to = join(target, "models", name);
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isFile() && !entry.name.startsWith(".")) cpSync(join(from, entry.name), join(to, entry.name));
  }
}
