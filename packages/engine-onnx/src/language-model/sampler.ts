import { CodedError } from "@repo/contracts/coded-error";
import { uniformAt } from "./philox.ts";
import { createRanking } from "./token-ranking.ts";

/** How tokens are drawn; see the contract's samplingOptions for each field's meaning and range. */
export interface SamplerSettings {
  temperature: number;
  topK: number;
  topP: number;
  minP: number;
  repetitionPenalty: number;
  frequencyPenalty: number;
  presencePenalty: number;
}

/** What a sampler starts from. */
export interface SamplerOptions {
  settings: SamplerSettings;
  /** With the answer's number it fixes the random numbers. */
  seed: number;
  answer: number;
  /** The prompt's tokens, which the repetition penalty counts as seen. */
  prompt?: ArrayLike<number>;
}

/** A token as drawn. */
export interface DrawnToken {
  token: number;
  /** Natural logarithm of its probability under penalties and grammar, before temperature and filters. */
  logProbability: number;
  /** Logarithm of the sum that all probabilities are divided by, for {@link topTokens}. */
  logSum: number;
}

/** Draws the tokens of one answer. */
export interface Sampler {
  /**
   * The next token. Penalties and the mask are applied to `logits` in place.
   * @param logits float32 [vocabulary]
   * @param allowed bit t of word t >> 5 says whether token t may come; absent: all may
   * @throws CodedError inference_failed when no allowed token has a finite logit
   */
  draw(logits: Float32Array, allowed?: Uint32Array): DrawnToken;
  /** Tells that a token was written, drawn or forced; it also moves on to the next random number. */
  observe(token: number): void;
  /** The sampler of another answer that begins as this one did so far. */
  fork(answer: number): Sampler;
}

/**
 * Penalties, then the grammar's mask, temperature, topK, topP and minP, in the order of transformers.
 *
 * The same seed, answer number and logits give the same tokens, whatever is drawn beside it. Costs a few passes over the
 * vocabulary; it is never sorted.
 * @source https://huggingface.co/docs/transformers/main_classes/text_generation (order of logits processors)
 */
export function createSampler(options: SamplerOptions): Sampler {
  return startSampler(options.settings, options.seed, options.answer, {
    seen: new Set(options.settings.repetitionPenalty === 1 ? [] : Array.from(options.prompt ?? [])),
    written: new Map(),
    step: 0,
  });
}

interface History {
  /** Tokens of prompt and answer, for the repetition penalty. */
  seen: Set<number>;
  /** Tokens of the answer with how often each was written. */
  written: Map<number, number>;
  step: number;
}

function startSampler(settings: SamplerSettings, seed: number, answer: number, history: History): Sampler {
  const { temperature, topK, topP, minP, repetitionPenalty } = settings;

  function draw(logits: Float32Array, allowed?: Uint32Array): DrawnToken {
    penalise(logits, settings, history);
    if (allowed !== undefined) mask(logits, allowed);
    const best = indexOfLargest(logits);
    const largest = logits[best] as number;
    const greedy = temperature === 0 || topK === 1;
    const sum = weigh(logits, largest, greedy ? 1 : temperature);
    const logSum = largest + Math.log(greedy || temperature === 1 ? sum : sumOfExponentials(logits, largest));
    const finish = (token: number): DrawnToken => ({ token, logProbability: (logits[token] as number) - logSum, logSum });
    if (greedy) return finish(best);

    let last: LastKept = { logit: largest + temperature * Math.log(minP), token: logits.length };
    const ranked = topK > 0 && topK < logits.length ? lastOfRanked(logits, topK) : everyToken;
    // topP is a share of what topK left; minP has no part in it.
    const massive = topP < 1 ? lastOfMass(logits, { largest, temperature, topP, ranked }) : everyToken;
    last = stricter(stricter(last, ranked), massive);
    return finish(walk(logits, { last, random: uniformAt(seed, answer, history.step) }));
  }

  return {
    draw,
    observe(token) {
      history.step += 1;
      if (repetitionPenalty !== 1) history.seen.add(token);
      history.written.set(token, (history.written.get(token) ?? 0) + 1);
    },
    fork: (other) =>
      startSampler(settings, seed, other, { seen: new Set(history.seen), written: new Map(history.written), step: history.step }),
  };
}

/** @source repetition: Keskar et al., CTRL, 2019; frequency and presence: OpenAI's API reference */
function penalise(logits: Float32Array, settings: SamplerSettings, history: History): void {
  const { repetitionPenalty, frequencyPenalty, presencePenalty } = settings;
  if (repetitionPenalty !== 1) {
    for (const token of history.seen) {
      const logit = logits[token] as number;
      logits[token] = logit < 0 ? logit * repetitionPenalty : logit / repetitionPenalty;
    }
  }
  if (frequencyPenalty === 0 && presencePenalty === 0) return;
  for (const [token, count] of history.written) logits[token] = (logits[token] as number) - (frequencyPenalty * count + presencePenalty);
}

function mask(logits: Float32Array, allowed: Uint32Array): void {
  for (let token = 0; token < logits.length;) {
    const word = allowed[token >>> 5] ?? 0;
    const end = Math.min(token + 32, logits.length);
    if (word === 0) logits.fill(Number.NEGATIVE_INFINITY, token, end);
    else if (word !== 0xffffffff) {
      for (let bit = token; bit < end; bit += 1) if (((word >>> (bit & 31)) & 1) === 0) logits[bit] = Number.NEGATIVE_INFINITY;
    }
    token = end;
  }
}

function indexOfLargest(logits: Float32Array): number {
  let best = -1;
  let largest = Number.NEGATIVE_INFINITY;
  for (let token = 0; token < logits.length; token += 1) {
    if ((logits[token] as number) > largest) {
      largest = logits[token] as number;
      best = token;
    }
  }
  // A NaN or an infinity would otherwise end as a token drawn at random.
  if (!Number.isFinite(largest)) throw new CodedError("inference_failed", "The model gave no usable probabilities for the next token.");
  return best;
}

/** Weights below e^-25 of the largest change no digit of a float's sum and count as 0. */
const negligible = 25;

/** Relative probabilities of the row at hand; drawing never waits in the middle, so all samplers of a thread share it. */
let weights = new Float32Array(0);

/** Fills `weights` with e^((logit - largest) / temperature); the sum. */
function weigh(logits: Float32Array, largest: number, temperature: number): number {
  if (weights.length < logits.length) weights = new Float32Array(logits.length);
  const least = largest - negligible * temperature;
  let sum = 0;
  for (let token = 0; token < logits.length; token += 1) {
    const logit = logits[token] as number;
    const weight = logit >= least ? Math.exp((logit - largest) / temperature) : 0;
    weights[token] = weight;
    sum += weight;
  }
  return sum;
}

function sumOfExponentials(logits: Float32Array, largest: number): number {
  const least = largest - negligible;
  let sum = 0;
  for (let token = 0; token < logits.length; token += 1)
    if ((logits[token] as number) > least) sum += Math.exp((logits[token] as number) - largest);
  return sum;
}

/** Tokens are kept down to this one: those with a larger logit, and of those with the same logit the ones up to its number. */
interface LastKept {
  logit: number;
  token: number;
}

const everyToken: LastKept = { logit: Number.NEGATIVE_INFINITY, token: -1 };

function isKept(logit: number, token: number, last: LastKept): boolean {
  return logit > last.logit || (logit === last.logit && token <= last.token);
}

function stricter(a: LastKept, b: LastKept): LastKept {
  return isKept(a.logit, a.token, b) ? a : b;
}

function lastOfRanked(logits: Float32Array, count: number): LastKept {
  const token = createRanking(logits, count).at(-1) as number;
  return { logit: logits[token] as number, token };
}

const buckets = 1024;

/**
 * The token with which the likeliest ones make up topP. Probability is added up in buckets of logits, and only the bucket
 * in which topP is reached is put in order: sorting a vocabulary would cost more than the model at high temperatures.
 */
function lastOfMass(logits: Float32Array, draw: { largest: number; temperature: number; topP: number; ranked: LastKept }): LastKept {
  const { largest, temperature, topP, ranked } = draw;
  const width = (negligible * temperature) / buckets;
  const bucketOf = (logit: number) => Math.floor((largest - logit) / width);
  const masses = new Float64Array(buckets);
  let whole = 0;
  for (let token = 0; token < logits.length; token += 1) {
    const weight = weights[token] as number;
    if (weight === 0 || !isKept(logits[token] as number, token, ranked)) continue;
    // A weight that is not 0 may by rounding still lie on the edge of the last bucket.
    masses[Math.min(buckets - 1, bucketOf(logits[token] as number))] =
      (masses[Math.min(buckets - 1, bucketOf(logits[token] as number))] as number) + weight;
    whole += weight;
  }
  let reached = 0;
  let bucket = 0;
  while (bucket < buckets - 1 && reached + (masses[bucket] as number) < topP * whole) {
    reached += masses[bucket] as number;
    bucket += 1;
  }
  const members: number[] = [];
  for (let token = 0; token < logits.length; token += 1) {
    if (
      (weights[token] as number) > 0 &&
      Math.min(buckets - 1, bucketOf(logits[token] as number)) === bucket &&
      isKept(logits[token] as number, token, ranked)
    )
      members.push(token);
  }
  members.sort((a, b) => (logits[b] as number) - (logits[a] as number) || a - b);
  // Rounding may leave topP unreached by a hair: then everything is kept.
  let last = everyToken;
  for (const token of members) {
    reached += weights[token] as number;
    if (reached >= topP * whole) {
      last = { logit: logits[token] as number, token };
      break;
    }
  }
  return last;
}

/** Draws from the tokens kept, in the vocabulary's order. `random` is in [0, 1). */
function walk(logits: Float32Array, { last, random }: { last: LastKept; random: number }): number {
  let sum = 0;
  for (let token = 0; token < logits.length; token += 1) if (isKept(logits[token] as number, token, last)) sum += weights[token] as number;
  let left = random * sum;
  let chosen = -1;
  for (let token = 0; token < logits.length; token += 1) {
    if (weights[token] === 0 || !isKept(logits[token] as number, token, last)) continue;
    chosen = token;
    left -= weights[token] as number;
    if (left < 0) break;
  }
  return chosen;
}

/** The likeliest tokens with the logarithms of their probabilities, likeliest first; `logSum` as drawn. */
export function topTokens(logits: Float32Array, count: number, logSum: number): { token: number; logProbability: number }[] {
  return createRanking(logits, Math.min(count, logits.length)).map((token) => ({
    token,
    logProbability: (logits[token] as number) - logSum,
  }));
}
