import { open, rm, stat, utimes } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

/** A holder touches its lock this often; one that was killed stops doing so. */
const heartbeatMs = 2_000;
const abandonedAfterMs = 15_000;
const pollMs = 100;

/**
 * Runs `work` while no other process does under the same lock file; waits for its turn.
 * @throws what `signal` aborts with while waiting.
 */
export async function withFileLock<T>(lockPath: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  while (!(await tryLock(lockPath))) {
    const touchedAt = await stat(lockPath).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
    if (touchedAt !== undefined && Date.now() - touchedAt > abandonedAfterMs) await rm(lockPath, { force: true });
    await delay(pollMs, undefined, signal && { signal });
  }
  const heartbeat = setInterval(() => void utimes(lockPath, new Date(), new Date()).catch(() => undefined), heartbeatMs);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    await rm(lockPath, { force: true });
  }
}

async function tryLock(lockPath: string): Promise<boolean> {
  try {
    await (await open(lockPath, "wx")).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
