/** How fast batches are computed, smoothed over the last few thousand tokens. */
export interface ServiceRate {
  /** Adds one finished batch: its tokens and the milliseconds it took on its lane. */
  add(tokens: number, durationMs: number): void;
  /** Milliseconds one token takes on one lane; the initial guess before the first batch. */
  readonly msPerToken: number;
  readonly isMeasured: boolean;
}

/** Tokens after which a change of speed has moved the average by 63 %: about 32 full batches, under a second of work. */
const memoryTokens = 8192;

/**
 * Exponentially weighted average of the time per token, weighted by tokens, so that a batch of three tokens does not
 * count like one of 256.
 * @param initialTokensPerSecond guess for one lane before anything was measured.
 */
export function createServiceRate(initialTokensPerSecond: number): ServiceRate {
  let msPerToken = 1000 / initialTokensPerSecond;
  let isMeasured = false;
  return {
    add(tokens, durationMs) {
      if (tokens <= 0 || !(durationMs >= 0)) return;
      const weight = isMeasured ? 1 - Math.exp(-tokens / memoryTokens) : 1;
      msPerToken += weight * (durationMs / tokens - msPerToken);
      isMeasured = true;
    },
    get msPerToken() {
      return msPerToken;
    },
    get isMeasured() {
      return isMeasured;
    },
  };
}
