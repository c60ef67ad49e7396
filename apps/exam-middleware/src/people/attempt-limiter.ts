import { CodedError } from "@repo/contracts/coded-error";
import { LRUCache } from "lru-cache";

/** Options of {@link createAttemptLimiter}. */
export interface AttemptLimits {
  /** Failures in a row that cost nothing. Default 5. */
  free?: number;
  /** Pause after the first one beyond, milliseconds; it doubles with each further one. Default 1,000. */
  firstPauseMs?: number;
  /** Longest pause, milliseconds. Default 60,000: guessing is hopeless, and the owner is not shut out for long. */
  maxPauseMs?: number;
}

/** Slows guessing down, for names that exist and names that do not alike. */
export interface AttemptLimiter {
  /**
   * Runs an attempt; true means it succeeded.
   * @throws CodedError overloaded, with the pause that is left, when too many have failed; the attempt is not made then
   */
  run<Result>(name: string, attempt: () => Promise<Result | undefined>): Promise<Result | undefined>;
}

interface Failures {
  count: number;
  blockedUntil: number;
}

const maxNames = 50_000;
const forgetAfterMs = 60 * 60 * 1000;

/** Counts in memory: a restart forgets, and a second process of the same app counts for itself. */
export function createAttemptLimiter({ free = 5, firstPauseMs = 1_000, maxPauseMs = 60_000 }: AttemptLimits = {}): AttemptLimiter {
  const failures = new LRUCache<string, Failures>({ max: maxNames, ttl: forgetAfterMs });
  return {
    run: async (name, attempt) => {
      const key = name.trim().toLowerCase().slice(0, 200);
      const { count, blockedUntil } = failures.get(key) ?? { count: 0, blockedUntil: 0 };
      const leftMs = blockedUntil - Date.now();
      if (leftMs > 0) {
        const message = `Too many wrong attempts; try again in ${Math.ceil(leftMs / 1000)} s.`;
        throw new CodedError("overloaded", message, { retryAfterMs: leftMs });
      }
      // Counted before it is made, so that many at the same time are many.
      const pauseMs = count + 1 > free ? Math.min(maxPauseMs, firstPauseMs * 2 ** Math.min(30, count - free)) : 0;
      failures.set(key, { count: count + 1, blockedUntil: Date.now() + pauseMs });
      try {
        const result = await attempt();
        if (result !== undefined) failures.delete(key);
        return result;
      } catch (thrown) {
        // Not the person's fault: what checks passwords is away or busy.
        if (CodedError.isInstance(thrown) && thrown.retryable) failures.set(key, { count, blockedUntil });
        throw thrown;
      }
    },
  };
}
