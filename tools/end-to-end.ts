/** `pnpm test:e2e`: builds everything, then runs the tests that drive real processes and a real browser. */
import { spawnSync } from "node:child_process";
import { repositoryRoot } from "./workspace-units.ts";

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { cwd: repositoryRoot, stdio: "inherit" });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

run("turbo", ["run", "build", "--output-logs=errors-only", "--log-prefix=none"]);
run("vitest", ["run", "--project", "e2e", ...process.argv.slice(2)]);
