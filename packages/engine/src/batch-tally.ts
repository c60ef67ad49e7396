import type { QueueStats } from "./engine.ts";
import { createServiceRate } from "./service-rate.ts";

/** A batch as far as it is counted. */
interface CountedBatch {
  readonly items: readonly unknown[];
  readonly tokens: number;
  readonly width: number;
}

/** What the queue has measured about its batches. */
export interface BatchTally {
  begin(batch: CountedBatch): void;
  end(batch: CountedBatch): void;
  complete(batch: CountedBatch, durationMs: number): void;
  /** Milliseconds one token takes on one lane; a guess before the first batch. */
  readonly msPerToken: number;
  stats(): Omit<QueueStats, "requests" | "items" | "tokens">;
}

/** @param initialTokensPerSecond guess for one lane until a batch was measured. */
export function createBatchTally(lanes: number, initialTokensPerSecond: number): BatchTally {
  const rate = createServiceRate(initialTokensPerSecond);
  let runningTokens = 0;
  let batches = 0;
  let completedTokens = 0;
  let paddedTokens = 0;
  return {
    begin({ tokens }) {
      runningTokens += tokens;
    },
    end({ tokens }) {
      runningTokens -= tokens;
    },
    complete({ items, tokens, width }, durationMs) {
      batches += 1;
      completedTokens += tokens;
      paddedTokens += width * items.length - tokens;
      rate.add(tokens, durationMs);
    },
    get msPerToken() {
      return rate.msPerToken;
    },
    stats: () => ({
      runningTokens,
      // A clock that does not move within a batch must not become an infinite rate.
      tokensPerSecond: rate.isMeasured ? (1000 * lanes) / Math.max(rate.msPerToken, 1e-6) : 0,
      batches,
      completedTokens,
      paddedTokens,
    }),
  };
}
