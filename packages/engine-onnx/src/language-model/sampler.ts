import { uniformAt } from "./philox.ts";
import { createRanking } from "./token-ranking.ts";
import { indexOfLargest, negligible, sumOfExponentials, weigh } from "./vocabulary-passes.ts";

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
  const { temperature, topK } = settings;

  function draw(logits: Float32Array, allowed?: Uint32Array): DrawnToken {
    penalise(logits, settings, history);
    if (allowed !== undefined) mask(logits, allowed);
    const best = indexOfLargest(logits);
    const largest = logits[best] as number;
    const isGreedy = temperature === 0 || topK === 1;
    const isRanked = topK > 0 && topK < logits.length;
    const wanted = { largest, settings, random: isGreedy ? 0 : uniformAt(seed, answer, history.step) };
    const sum = isGreedy || isRanked ? undefined : weighAll(logits, largest, temperature);
    const token = isGreedy ? best : sum === undefined ? drawRanked(logits, wanted) : drawWeighed(logits, { ...wanted, sum });
    const logSum = largest + Math.log(sum !== undefined && temperature === 1 ? sum : sumOfExponentials(logits, largest));
    return { token, logProbability: (logits[token] as number) - logSum, logSum };
  }

  return {
    draw,
    observe(token) {
      history.step += 1;
      if (settings.repetitionPenalty !== 1) history.seen.add(token);
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

/** A draw from one row of logits; `random` is in [0, 1). */
interface Draw {
  largest: number;
  settings: SamplerSettings;
  random: number;
}

/** The least logit that minP leaves. */
const leastLogit = ({ largest, settings: { temperature, minP } }: Draw): number => largest + temperature * Math.log(minP);

/** Draws from the topK likeliest tokens, of which topP and then minP keep the front. */
function drawRanked(logits: Float32Array, draw: Draw): number {
  const { temperature, topK, topP } = draw.settings;
  const ranked = createRanking(logits, topK);
  const weightOf = (token: number): number => Math.exp(((logits[token] as number) - draw.largest) / temperature);
  const least = leastLogit(draw);
  // topP is a share of what topK left; minP has no part in it.
  let missing = topP < 1 ? topP * ranked.reduce((sum, token) => sum + weightOf(token), 0) : Number.POSITIVE_INFINITY;
  let kept = 0;
  while (kept < ranked.length && missing > 0 && (logits[ranked[kept] as number] as number) >= least) {
    missing -= weightOf(ranked[kept] as number);
    kept += 1;
  }
  const tokens = ranked.slice(0, kept).toSorted((a, b) => a - b);
  let left = draw.random * tokens.reduce((sum, token) => sum + weightOf(token), 0);
  for (const token of tokens) {
    left -= weightOf(token);
    if (left < 0) return token;
  }
  return tokens.at(-1) as number;
}

/** Relative probabilities of the row at hand; drawing never waits in the middle, so all samplers of a thread share it. */
let weights = new Float32Array(0);

function weighAll(logits: Float32Array, largest: number, temperature: number): number {
  if (weights.length < logits.length) weights = new Float32Array(logits.length);
  return weigh(logits, { largest, temperature, weights });
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

/** Draws from all tokens, of which topP and minP keep the likeliest; `weights` hold them, and `sum` is theirs. */
function drawWeighed(logits: Float32Array, draw: Draw & { sum: number }): number {
  const massive = draw.settings.topP < 1 ? lastOfMass(logits, draw) : everyToken;
  const likely: LastKept = { logit: leastLogit(draw), token: logits.length };
  return walk(logits, { last: isKept(massive.logit, massive.token, likely) ? massive : likely, random: draw.random });
}

const buckets = 1024;
const masses = new Float64Array(buckets);

/**
 * The token with which the likeliest ones make up topP. Probability is added up in buckets of logits, and only the bucket
 * in which topP is reached is put in order: sorting a vocabulary would cost more than the model at high temperatures.
 */
function lastOfMass(logits: Float32Array, { largest, settings: { temperature, topP }, sum }: Draw & { sum: number }): LastKept {
  const perBucket = buckets / (negligible * temperature);
  // A weight that is not 0 may by rounding still lie on the edge of the last bucket.
  const bucketOf = (logit: number) => Math.min(buckets - 1, Math.floor((largest - logit) * perBucket));
  // All tokens below this together do not have the mass that topP leaves out, so none of them is within it.
  const least = ((1 - topP) * sum) / logits.length;
  masses.fill(0);
  for (let token = 0; token < logits.length; token += 1) {
    const weight = weights[token] as number;
    if (weight === 0 || weight < least) continue;
    const bucket = bucketOf(logits[token] as number);
    masses[bucket] = (masses[bucket] as number) + weight;
  }
  let reached = 0;
  let bucket = 0;
  while (bucket < buckets - 1 && reached + (masses[bucket] as number) < topP * sum) {
    reached += masses[bucket] as number;
    bucket += 1;
  }
  const members: number[] = [];
  for (let token = 0; token < logits.length; token += 1) {
    const weight = weights[token] as number;
    if (weight > 0 && weight >= least && bucketOf(logits[token] as number) === bucket) members.push(token);
  }
  members.sort((a, b) => (logits[b] as number) - (logits[a] as number) || a - b);
  for (const token of members) {
    reached += weights[token] as number;
    if (reached >= topP * sum) return { logit: logits[token] as number, token };
  }
  // Rounding may leave topP unreached by a hair: then everything is kept.
  return everyToken;
}

/** Tokens whose weights are added up before one of them is looked for. */
const blockTokens = 256;
let blocks = new Float64Array(0);

/** Draws from the tokens kept, in the vocabulary's order. `random` is in [0, 1). */
function walk(logits: Float32Array, { last, random }: { last: LastKept; random: number }): number {
  const count = Math.ceil(logits.length / blockTokens);
  if (blocks.length < count) blocks = new Float64Array(count);
  let sum = 0;
  let lastBlock = 0;
  for (let block = 0; block < count; block += 1) {
    const end = Math.min(logits.length, (block + 1) * blockTokens);
    let mass = 0;
    for (let token = block * blockTokens; token < end; token += 1)
      if (isKept(logits[token] as number, token, last)) mass += weights[token] as number;
    blocks[block] = mass;
    sum += mass;
    if (mass > 0) lastBlock = block;
  }
  let left = random * sum;
  let block = 0;
  while (block < lastBlock && left >= (blocks[block] as number)) {
    left -= blocks[block] as number;
    block += 1;
  }
  let chosen = -1;
  for (let token = block * blockTokens; token < Math.min(logits.length, (block + 1) * blockTokens); token += 1) {
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
