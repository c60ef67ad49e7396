#!/usr/bin/env node
/**
 * Makes `npm start` and `npm test` work on a fresh clone with nothing but Node 20+ and npm: installs the pinned pnpm,
 * the workspace (and with it the pinned Node 24), then hands over to the real command. Plain JavaScript, because the
 * Node that runs this file may be too old to read TypeScript.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const commands = {
  start: ["node", ["tools/start.ts"]],
  test: ["vitest", ["run", "--project", "unit", "--project", "model"]],
  check: ["node", ["tools/check.ts"]],
  e2e: ["node", ["tools/end-to-end.ts"]],
};

const [name = "", ...rest] = process.argv.slice(2);
if (!Object.hasOwn(commands, name)) {
  console.error(`Usage: node tools/bootstrap.mjs ${Object.keys(commands).join("|")} [arguments]`);
  process.exit(2);
}

/** Options of a child process that finds the workspace's tools, and those of `extraPath`, first. */
function toSpawnOptions(extraPath = "") {
  const PATH = [extraPath, join(root, "node_modules/.bin"), process.env.PATH].filter(Boolean).join(delimiter);
  const env = { ...process.env, PATH, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };
  return { cwd: root, stdio: "inherit", env, shell: process.platform === "win32" };
}

/** Runs one step; leaves with its exit code when it fails, after saying what to do. */
function run(command, args, { advice, path }) {
  const result = spawnSync(command, args, toSpawnOptions(path));
  if (result.status === 0) return;
  console.error(`\n${advice}`);
  process.exit(result.status ?? 1);
}

const [major] = process.versions.node.split(".").map(Number);
if (major < 20) {
  console.error(`Outpost needs Node 20 or newer to install itself (this is ${process.version}); it then brings its own Node 24.`);
  process.exit(1);
}

const pnpmVersion = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager.split("@")[1];
const pnpmFolder = join(root, ".cache/pnpm", pnpmVersion);
const pnpmBin = join(pnpmFolder, "node_modules/.bin");
const network = "The package registry could not be used. Check the network (and npm's proxy settings), then run the same command again.";

if (!existsSync(join(pnpmBin, "pnpm"))) {
  console.log(`Installing pnpm ${pnpmVersion} into .cache/ ...`);
  const flags = ["--no-audit", "--no-fund", "--no-save", "--loglevel", "error"];
  run("npm", ["install", "--prefix", pnpmFolder, ...flags, `pnpm@${pnpmVersion}`], { advice: network });
}
run("pnpm", ["install", "--frozen-lockfile", "--prefer-offline", "--reporter", "append-only", "--loglevel", "error"], {
  path: pnpmBin,
  advice: network,
});

const [command, args] = commands[name];
const child = spawn(command, [...args, ...rest], toSpawnOptions(pnpmBin));
// A terminal sends Ctrl-C to the child as well: this process only waits until it has stopped cleanly.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.once("error", (error) => {
  console.error(`${command} could not be started: ${error.message}`);
  process.exit(1);
});
child.once("exit", (code) => process.exit(code ?? 1));
