/**
 * Passes over a row of logits, float32 [vocabulary]: what a token costs beside the model. They go four by four, because a loop with
 * one running value waits for it at every step; that is three times as fast.
 */
import { CodedError } from "@repo/contracts/coded-error";
import { exponential } from "./exponential.ts";

/** Weights below e^-25 of the largest change no digit of a float's sum and count as 0. */
export const negligible = 25;

/**
 * The token with the largest logit, the first of equals.
 * @throws CodedError inference_failed when there is none that is finite
 */
export function indexOfLargest(logits: Float32Array): number {
  let a = Number.NEGATIVE_INFINITY;
  let b = a;
  let c = a;
  let d = a;
  let token = 0;
  for (; token + 3 < logits.length; token += 4) {
    const first = logits[token] as number;
    const second = logits[token + 1] as number;
    const third = logits[token + 2] as number;
    const fourth = logits[token + 3] as number;
    if (first > a) a = first;
    if (second > b) b = second;
    if (third > c) c = third;
    if (fourth > d) d = fourth;
  }
  for (; token < logits.length; token += 1) if ((logits[token] as number) > a) a = logits[token] as number;
  const largest = Math.max(a, b, c, d);
  // A NaN or an infinity would otherwise end as a token drawn at random.
  if (!Number.isFinite(largest)) throw new CodedError("inference_failed", "The model gave no usable probabilities for the next token.");
  return logits.indexOf(largest);
}

/** The sum of e^(logit - largest). */
export function sumOfExponentials(logits: Float32Array, largest: number): number {
  const least = largest - negligible;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let token = 0;
  for (; token + 3 < logits.length; token += 4) {
    const first = logits[token] as number;
    const second = logits[token + 1] as number;
    const third = logits[token + 2] as number;
    const fourth = logits[token + 3] as number;
    if (first > least) a += exponential(first - largest);
    if (second > least) b += exponential(second - largest);
    if (third > least) c += exponential(third - largest);
    if (fourth > least) d += exponential(fourth - largest);
  }
  for (; token < logits.length; token += 1) {
    const logit = logits[token] as number;
    if (logit > least) a += exponential(logit - largest);
  }
  return a + b + c + d;
}

/** Fills `weights` with e^((logit - largest) / temperature); their sum. */
export function weigh(
  logits: Float32Array,
  { largest, temperature, weights }: { largest: number; temperature: number; weights: Float32Array },
): number {
  const least = largest - negligible * temperature;
  const perDegree = 1 / temperature;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let token = 0;
  for (; token + 3 < logits.length; token += 4) {
    const first = logits[token] as number;
    const second = logits[token + 1] as number;
    const third = logits[token + 2] as number;
    const fourth = logits[token + 3] as number;
    a += weights[token] = first >= least ? exponential((first - largest) * perDegree) : 0;
    b += weights[token + 1] = second >= least ? exponential((second - largest) * perDegree) : 0;
    c += weights[token + 2] = third >= least ? exponential((third - largest) * perDegree) : 0;
    d += weights[token + 3] = fourth >= least ? exponential((fourth - largest) * perDegree) : 0;
  }
  for (; token < logits.length; token += 1) {
    const logit = logits[token] as number;
    a += weights[token] = logit >= least ? exponential((logit - largest) * perDegree) : 0;
  }
  return a + b + c + d;
}
