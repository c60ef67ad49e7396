import { compileGrammar } from "@repo/grammar/compile-grammar";
import type { Grammar, GrammarVocabulary } from "@repo/grammar/grammar";
import { type PreparedVocabulary, prepareVocabulary } from "@repo/grammar/prepare-vocabulary";
import { percentile } from "../statistics.ts";

/** Compilations of which the median is reported. */
const compilations = 21;

/** Processor time of this thread, ms: neighbours on the machine do not count. */
function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** One grammar with one vocabulary. Means are of processor time, the other figures of the clock. */
export interface GrammarCell {
  grammar: string;
  leastTokens: number;
  compileMs: number;
  /** Tokens that a mask was computed for, and tokens that were forced. */
  masked: number;
  forced: number;
  /** A mask, those of the first answer included, for which everything is new. */
  meanMs: number;
  medianMs: number;
  p95Ms: number;
  p99Ms: number;
  /** Finding out whether something is forced, and accepting a token. */
  forcedMeanMs: number;
  acceptMeanMs: number;
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Times of one kind of call. The kernel counts processor time in ticks: right in the sum, useless for a single call. */
interface Times {
  processor: number[];
  clock: number[];
}

const noTimes = (): Times => ({ processor: [], clock: [] });

function timed<Result>(times: Times, action: () => Result): Result {
  const clock = performance.now();
  const processor = threadMs();
  const result = action();
  times.processor.push(threadMs() - processor);
  times.clock.push(performance.now() - clock);
  return result;
}

/** The first token of a mask from a place on, going round; -1 when there is none. */
function findFrom(mask: Uint32Array, filter: Uint32Array | undefined, place: number): number {
  for (let count = 0; count <= mask.length; count += 1) {
    const word = ((place >> 5) + count) % mask.length;
    let bits = (mask[word] as number) & (filter ? (filter[word] as number) : -1);
    if (count === 0) bits &= -1 << (place & 31);
    if (bits !== 0) return word * 32 + 31 - Math.clz32(bits & -bits);
  }
  return -1;
}

/** Chooses an allowed token by chance, a longer one mostly: answers become as long as those of a model. */
function createChooser(vocabulary: GrammarVocabulary, random: () => number): (mask: Uint32Array) => number {
  const long = new Uint32Array(Math.ceil(vocabulary.size / 32));
  for (let token = 0; token < vocabulary.size; token += 1) {
    if ((vocabulary.bytesOf(token)?.length ?? 0) > 2) long[token >> 5] = (long[token >> 5] as number) | (1 << (token & 31));
  }
  return (mask) => {
    const place = Math.floor(random() * vocabulary.size);
    const found = random() < 0.9 ? findFrom(mask, long, place) : -1;
    return found === -1 ? findFrom(mask, undefined, place) : found;
  };
}

/** Prepares a vocabulary. */
export function measurePreparation(vocabulary: GrammarVocabulary): { prepared: PreparedVocabulary; prepareMs: number } {
  const times = noTimes();
  const prepared = timed(times, () => prepareVocabulary(vocabulary));
  return { prepared, prepareMs: mean(times.processor) };
}

/** Decodes `answers` answers of at most `budget` tokens by chance. */
export function measureGrammar(
  [name, grammar]: [string, Grammar],
  vocabulary: GrammarVocabulary,
  prepared: PreparedVocabulary,
  { answers, budget, random }: { answers: number; budget: number; random: () => number },
): GrammarCell {
  const compileTimes = noTimes();
  let compiled = compileGrammar(grammar, prepared);
  for (let count = 0; count < compilations; count += 1) compiled = timed(compileTimes, () => compileGrammar(grammar, prepared));
  const choose = createChooser(vocabulary, random);
  const masks = noTimes();
  const lookAhead = noTimes();
  const accepts = noTimes();
  let forced = 0;
  for (let answer = 0; answer < answers; answer += 1) {
    const state = compiled.start(budget);
    for (let remaining = budget; !state.finished;) {
      const ahead = timed(lookAhead, () => state.forced(remaining));
      const next = ahead.length > 0 ? ahead : [choose(timed(masks, () => state.allowed(remaining)))];
      for (const token of next) timed(accepts, () => state.accept(token));
      forced += ahead.length;
      remaining -= next.length;
    }
  }
  return {
    grammar: name,
    leastTokens: compiled.leastTokens,
    compileMs: percentile(compileTimes.clock, 0.5),
    masked: masks.clock.length,
    forced,
    meanMs: mean(masks.processor),
    medianMs: percentile(masks.clock, 0.5),
    p95Ms: percentile(masks.clock, 0.95),
    p99Ms: percentile(masks.clock, 0.99),
    forcedMeanMs: mean(lookAhead.processor),
    acceptMeanMs: mean(accepts.processor),
  };
}
