import { expect, test } from "vitest";
import { estimateRetryAfterMs, type JobProgress } from "./retry-after.ts";

const job = (isStarted: boolean, written = 0): JobProgress => ({
  job: { prompt: new Int32Array(100), answers: 1, maxNewTokens: 200 },
  isStarted,
  written,
});
const rates = { promptTokensPerSecond: 500, stepMs: 20 };

test("a place is free when the requests' share of what is left is done, at the measured rates", () => {
  // One is written, 150 tokens are left; one waits: 100 tokens to read and 200 to write. (0.2 s + 350 steps of 20 ms) / 2
  expect(estimateRetryAfterMs([job(true, 50), job(false)], rates)).toBe(3600);
  // Two at once take the steps together.
  expect(estimateRetryAfterMs([job(true, 50), job(true, 50), job(false)], rates)).toBe(Math.round((200 + (500 * 20) / 2) / 3));
});

test("the estimate is never nothing and never more than a minute", () => {
  expect(estimateRetryAfterMs([job(true, 200)], rates)).toBe(100);
  expect(estimateRetryAfterMs([], { promptTokensPerSecond: 0, stepMs: 0 })).toBe(100);
  expect(estimateRetryAfterMs([job(false)], { promptTokensPerSecond: 0, stepMs: 0 })).toBe(60_000);
  expect(estimateRetryAfterMs(Array(64).fill(job(false)) as JobProgress[], { promptTokensPerSecond: 1, stepMs: 5000 })).toBe(60_000);
});
