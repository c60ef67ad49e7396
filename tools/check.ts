/**
 * `pnpm check`: every static guard of the repository, each with its time. Leaves with 1 when one fails.
 * tools/check-guards.test.ts proves that each of them bites.
 */
import { spawn } from "node:child_process";
import { findProblem, type Guard, guards } from "./guards.ts";
import { repositoryRoot } from "./workspace-units.ts";

/** Runs one guard; resolves to its output when it failed, to undefined when it passed. */
async function runGuard(guard: Guard): Promise<string | undefined> {
  const environment = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1", NO_COLOR: "1" };
  const child = spawn(guard.command, guard.args, { cwd: repositoryRoot, env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const { promise, resolve } = Promise.withResolvers<number>();
  child.once("error", (error) => {
    output += error.message;
    resolve(1);
  });
  child.once("close", (code) => resolve(code ?? 1));
  return findProblem(guard, await promise, output);
}

const wanted = process.argv.slice(2);
const queue = guards.filter((guard) => wanted.length === 0 || wanted.some((name) => guard.name.startsWith(name)));
let failures = 0;

async function work(): Promise<void> {
  for (let guard = queue.shift(); guard; guard = queue.shift()) {
    const startedAt = performance.now();
    const problem = await runGuard(guard);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`${problem === undefined ? "pass" : "FAIL"}  ${seconds.padStart(5)} s  ${guard.name}`);
    if (problem === undefined) continue;
    failures += 1;
    console.log(problem.trimEnd().replaceAll(/^/gm, "      "));
  }
}

await Promise.all([work(), work()]);
if (failures > 0) {
  console.error(`\n${failures} guard(s) failed. "pnpm fix" mends what a tool can mend.`);
  process.exit(1);
}
