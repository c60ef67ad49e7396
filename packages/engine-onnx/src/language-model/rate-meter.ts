import type { LanguageModelRates } from "./language-model-protocol.ts";

/** Measures how fast prompts are read and tokens written. */
export interface RateMeter {
  /** A piece of a prompt was read. */
  read(tokens: number, ms: number): void;
  /** Every one of `answers` got a token. */
  step(answers: number, ms: number): void;
  rates(): LanguageModelRates;
}

/** Weight of the latest measurement in the running mean. */
const weight = 0.1;
/** Pieces shorter than this say more about a run's fixed cost than about reading. */
const leastTokens = 8;

/** Starts without measurements: both rates are 0. */
export function createRateMeter(): RateMeter {
  let promptTokensPerSecond = 0;
  let stepMs = 0;
  const mix = (old: number, measured: number) => (old === 0 ? measured : old + weight * (measured - old));
  return {
    read(tokens, ms) {
      if (tokens >= leastTokens && ms > 0) promptTokensPerSecond = mix(promptTokensPerSecond, (tokens * 1000) / ms);
    },
    step(answers, ms) {
      if (answers > 0) stepMs = mix(stepMs, ms);
    },
    rates: () => ({ promptTokensPerSecond, stepMs }),
  };
}
