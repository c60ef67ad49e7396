import { setTimeout as sleep } from "node:timers/promises";

/**
 * Asks again and again until the answer is wanted. There is no bound in time: a slow machine is no failure, and one that
 * never gets there is stopped by the test's own limit.
 */
export async function waitUntil<Value>(ask: () => Promise<Value>, isWanted: (value: Value) => boolean): Promise<Value> {
  for (;;) {
    const value = await ask();
    if (isWanted(value)) return value;
    await sleep(5);
  }
}
