import type { GenerationJob, LanguageModelRates } from "./language-model-protocol.ts";

/** What is known of a request under way. */
export interface JobProgress {
  job: Pick<GenerationJob, "prompt" | "answers" | "maxNewTokens">;
  /** Whether it has left the queue. */
  isStarted: boolean;
  /** Tokens written so far, over all answers. */
  written: number;
}

const leastMs = 100;
/** Beyond a minute the estimate says more about the past than about the queue. */
const mostMs = 60_000;

/**
 * Milliseconds until a place in the queue should be free: the time that all requests take at the measured rates, shared by
 * them. Answers count with their longest length, of which nothing is known before they end.
 */
export function estimateRetryAfterMs(jobs: readonly JobProgress[], { promptTokensPerSecond, stepMs }: LanguageModelRates): number {
  let promptTokens = 0;
  let newTokens = 0;
  let started = 0;
  for (const { job, isStarted, written } of jobs) {
    if (isStarted) started += 1;
    else promptTokens += job.prompt.length;
    newTokens += job.answers * job.maxNewTokens - written;
  }
  const readingMs = (1000 * promptTokens) / Math.max(1, promptTokensPerSecond);
  const writingMs = (newTokens * stepMs) / Math.max(1, started);
  return Math.round(Math.min(mostMs, Math.max(leastMs, (readingMs + writingMs) / Math.max(1, jobs.length))));
}
