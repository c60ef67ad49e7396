import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Options of {@link startConfined}. */
export interface ConfinedOptions {
  /** Bound of the JavaScript heap in MB, default 512. Pixels lie outside of it; see watch-process.ts for all memory. */
  maxHeapMegabytes?: number | undefined;
}

/**
 * Starts a module in a process that may read files, and nothing else: no environment (the server's holds keys), no writing,
 * no processes of its own, little heap. Its output is thrown away; it speaks by messages, structured-cloned.
 *
 * Files of strangers are decoded in one: native memory has no bound inside a process, and native code that is ended with its
 * thread takes the process along.
 */
export function startConfined(entry: URL, { maxHeapMegabytes = 512 }: ConfinedOptions = {}): ChildProcess {
  return fork(fileURLToPath(entry), {
    // Few malloc arenas: memory that was given back is found again.
    env: { MALLOC_ARENA_MAX: "2" },
    execArgv: [
      "--permission",
      "--allow-fs-read=*",
      "--allow-addons",
      "--allow-worker",
      `--max-old-space-size=${maxHeapMegabytes}`,
      "--max-semi-space-size=16",
    ],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
}
