/**
 * `npm start [-- name ...]`: builds, starts the Spaces and apps on 127.0.0.1, prints one table of addresses when all are
 * ready and stops them on Ctrl-C. Logs go to data/logs; warnings and errors are shown here.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { readStartArguments, readWorkspaceUnits, repositoryRoot, selectUnits, type WorkspaceUnit } from "./workspace-units.ts";

/** A Space may have to build a full model on its first start. */
const readyTimeoutMs = 15 * 60_000;
/** After this long a child that ignores SIGTERM is killed. */
const stopTimeoutMs = 12_000;

interface RunningUnit {
  unit: WorkspaceUnit;
  child: ChildProcess;
  address: string;
  logPath: string;
  exited: Promise<void>;
}

let stopping = false;

function fail(message: string): never {
  console.error(`\n${message}`);
  process.exit(1);
}

async function isPortFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer()
    .once("error", () => resolve(false))
    .once("listening", () => server.close(() => resolve(true)))
    .listen(port, "127.0.0.1");
  return await promise;
}

/** Local address of a unit; PORT applies when a single unit was asked for. */
function toAddress(unit: WorkspaceUnit): string {
  return `http://127.0.0.1:${unit.port}`;
}

function build(units: readonly WorkspaceUnit[]): void {
  const filters = units.map((unit) => `--filter=./${unit.kind}s/${unit.name}`);
  const args = ["run", "build", "--output-logs=errors-only", "--log-prefix=none", ...filters];
  const result = spawnSync("turbo", args, { cwd: repositoryRoot, stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" });
  if (result.error)
    fail(`The build could not be started (${result.error.message}). Start with "npm start", which puts the tools on the path.`);
  if (result.status !== 0) fail(`${result.stdout}\nThe build failed; the messages above say where.`);
}

function toEnvironment(unit: WorkspaceUnit, all: readonly WorkspaceUnit[]): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {
    MODEL: "pocket",
    // As in the images: glibc keeps memory per thread otherwise, 50 MB of it in a Space.
    MALLOC_ARENA_MAX: "1",
    ...process.env,
    HOST: "127.0.0.1",
    PORT: String(unit.port),
    DATA_DIRECTORY: join(repositoryRoot, "data", unit.name),
  };
  for (const [space, variable] of Object.entries(unit.spaces)) {
    const needed = all.find((candidate) => candidate.name === space);
    // A person's own address (a Space on the Hub, say) wins over the local one.
    if (needed) environment[variable] ||= toAddress(needed);
  }
  return environment;
}

/** Shows a log line to the person only when it is a warning or worse (pino's level 40 and up). */
function isWorthShowing(line: string): boolean {
  const level = /^\{"level":(\d+)/.exec(line)?.[1];
  return level === undefined ? line.trim() !== "" : Number(level) >= 40;
}

function startUnit(unit: WorkspaceUnit, all: readonly WorkspaceUnit[]): RunningUnit {
  const logPath = join(repositoryRoot, "data/logs", `${unit.name}.log`);
  const log = createWriteStream(logPath);
  const child = spawn(process.execPath, readStartArguments(unit.folder), {
    cwd: unit.folder,
    env: toEnvironment(unit, all),
    stdio: ["ignore", "pipe", "pipe"],
    // Its own group: Ctrl-C reaches only this process, which then stops the children in order.
    detached: process.platform !== "win32",
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on("line", (line) => {
      log.write(`${line}\n`);
      if (isWorthShowing(line)) console.log(`[${unit.name}] ${line}`);
    });
  }
  const { promise: exited, resolve } = Promise.withResolvers<void>();
  child.once("exit", (code, signal) => {
    resolve();
    if (!stopping)
      console.error(`\n[${unit.name}] stopped (${signal ?? `exit code ${code}`}). Start it again with: npm start -- ${unit.name}`);
  });
  return { unit, child, address: toAddress(unit), logPath, exited };
}

function lastLines(path: string, count: number): string {
  return readFileSync(path, "utf8").trimEnd().split("\n").slice(-count).join("\n");
}

async function waitUntilReady(running: RunningUnit): Promise<void> {
  const giveUpAt = Date.now() + readyTimeoutMs;
  while (Date.now() < giveUpAt) {
    if (running.child.exitCode !== null || running.child.signalCode !== null) {
      throw new Error(
        `${running.unit.name} stopped before it was ready. Its last lines (${running.logPath}):\n${lastLines(running.logPath, 15)}`,
      );
    }
    const response = await fetch(`${running.address}/ready`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) return;
    await sleep(50);
  }
  throw new Error(`${running.unit.name} was not ready within ${readyTimeoutMs / 60_000} minutes; see ${running.logPath}.`);
}

function printTable(all: readonly RunningUnit[], milliseconds: number): void {
  const width = Math.max(...all.map(({ unit }) => unit.name.length));
  console.log(`\nReady after ${(milliseconds / 1000).toFixed(1)} s:\n`);
  for (const { unit, address } of all) console.log(`  ${unit.kind.padEnd(5)}  ${unit.name.padEnd(width)}  ${address}`);
  console.log(`\nLogs: data/logs. Ctrl-C stops everything.\n`);
}

async function stopAll(all: readonly RunningUnit[]): Promise<void> {
  stopping = true;
  // Apps first: they are the Spaces' clients.
  for (const { child } of all.toReversed()) child.kill("SIGTERM");
  const gone = Promise.all(all.map(({ exited }) => exited)).then(() => true);
  const inTime = await Promise.race([gone, sleep(stopTimeoutMs, false, { ref: false })]);
  if (!inTime) for (const { child } of all) child.kill("SIGKILL");
}

async function main(): Promise<void> {
  const startedAt = Date.now();
  let units: WorkspaceUnit[];
  try {
    units = selectUnits(
      readWorkspaceUnits(),
      process.argv.slice(2).filter((argument) => !argument.startsWith("-")),
    );
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
  const [only] = units;
  if (units.length === 1 && only && process.env["PORT"]) only.port = Number(process.env["PORT"]);
  for (const unit of units) {
    if (!(await isPortFree(unit.port)))
      fail(
        `Port ${unit.port} of ${unit.name} is taken. Stop what listens there, or start one unit with PORT=<free port> npm start -- ${unit.name}.`,
      );
  }
  console.log(`Building ${units.map(({ name }) => name).join(", ")} ...`);
  build(units);
  mkdirSync(join(repositoryRoot, "data/logs"), { recursive: true });
  const running = units.map((unit) => startUnit(unit, units));
  const stop = (): void => {
    if (stopping) process.exit(1);
    console.log("\nStopping ...");
    void stopAll(running).then(() => process.exit(0));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  try {
    await Promise.all(running.map(waitUntilReady));
  } catch (error) {
    if (stopping) return;
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    await stopAll(running);
    process.exit(1);
  }
  printTable(running, Date.now() - startedAt);
  await Promise.all(running.map(({ exited }) => exited));
}

await main();
