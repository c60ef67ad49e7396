import { setTimeout as sleep } from "node:timers/promises";
import type { StatusResponse } from "@repo/contracts/health";

const maxAsks = 10_000;

/**
 * Asks again and again until the answer is wanted. Asks are counted and not time: a slow machine is no failure.
 * @throws Error with the last answer when it never was
 */
export async function waitUntil<Value>(ask: () => Promise<Value>, isWanted: (value: Value) => boolean): Promise<Value> {
  let value = await ask();
  for (let asks = 1; !isWanted(value); asks += 1) {
    if (asks === maxAsks) throw new Error(`still not what was waited for: ${JSON.stringify(value)}`);
    await sleep(5);
    value = await ask();
  }
  return value;
}

/** True when nothing waits and nothing runs. */
export function isIdle({ queue, workers }: StatusResponse): boolean {
  return queue?.requests === 0 && queue.tokens === 0 && workers?.every(({ state }) => state === "idle") === true;
}

/** True when work waits for a worker: a big request is under way. */
export function isBusy({ queue }: StatusResponse): boolean {
  return (queue?.tokens ?? 0) > 0;
}
