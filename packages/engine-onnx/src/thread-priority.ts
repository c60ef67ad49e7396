import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { basename } from "node:path";

/** Above the default of 0: less of the processor where others want it too. Enough to be preferred less, not to starve. */
const inferenceNiceness = 3;

/**
 * Lets the other threads of this process go first where the cores are all taken: answering a health check or reading a
 * request takes a fraction of a millisecond, a batch ten. Called on an inference thread; only Linux has a priority per
 * thread, elsewhere nothing happens.
 */
export function yieldToServing(): void {
  if (process.platform !== "linux") return;
  try {
    // The link is made for the thread that reads it: <process id>/task/<thread id>.
    setPriority(Number(basename(readlinkSync("/proc/thread-self"))), inferenceNiceness);
  } catch {
    // No /proc, or not allowed: the priorities stay equal.
  }
}
