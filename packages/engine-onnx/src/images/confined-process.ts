import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Starts a module in a process that may read files, and nothing else: no environment (the server's holds keys), no writing,
 * no processes of its own, little heap. Its output is thrown away; it speaks by messages.
 */
export function startConfined(entry: URL): ChildProcess {
  return fork(fileURLToPath(entry), {
    // Few malloc arenas: memory that was given back is found again.
    env: { MALLOC_ARENA_MAX: "2" },
    execArgv: [
      "--permission",
      "--allow-fs-read=*",
      "--allow-addons",
      "--allow-worker",
      "--max-old-space-size=512",
      "--max-semi-space-size=16",
    ],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
}

/** Resident memory of a process; 0 where the system does not tell. Source: proc(5), VmRSS. */
export function readResidentBytes(pid: number | undefined): number {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1")) ?? [];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}
