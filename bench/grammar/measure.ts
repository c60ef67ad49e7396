import { compileGrammar } from "@repo/grammar/compile-grammar";
import type { Grammar, GrammarVocabulary } from "@repo/grammar/grammar";
import { type PreparedVocabulary, prepareVocabulary } from "@repo/grammar/prepare-vocabulary";
import { percentile } from "../statistics.ts";

/** Processor time of this thread, ms: neighbours on the machine do not count. */
export function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** One grammar with one vocabulary, processor milliseconds. */
export interface GrammarCell {
  grammar: string;
  leastTokens: number;
  compileMs: number;
  /** Tokens that a mask was computed for, and tokens that were forced. */
  masked: number;
  forced: number;
  /** The first answer, for which everything is new. */
  firstMeanMs: number;
  firstMostMs: number;
  /** The answers after it. */
  meanMs: number;
  p95Ms: number;
  mostMs: number;
  /** Finding out whether something is forced, and accepting a token. */
  forcedMeanMs: number;
  acceptMeanMs: number;
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

function timed<Result>(times: number[], action: () => Result): Result {
  const before = threadMs();
  const result = action();
  times.push(threadMs() - before);
  return result;
}

/** Random tokens of a mask, longer ones mostly: answers become as long as those of a model. */
function choose(mask: Uint32Array, vocabulary: GrammarVocabulary, random: () => number): number {
  const all: number[] = [];
  const long: number[] = [];
  for (const [word, bits] of mask.entries()) {
    for (let rest = bits; rest !== 0; rest &= rest - 1) {
      const token = word * 32 + 31 - Math.clz32(rest & -rest);
      all.push(token);
      if ((vocabulary.bytesOf(token)?.length ?? 0) > 2) long.push(token);
    }
  }
  const list = long.length > 0 && random() < 0.9 ? long : all;
  return list[Math.floor(random() * list.length)] as number;
}

/** Prepares a vocabulary. */
export function measurePreparation(vocabulary: GrammarVocabulary): { prepared: PreparedVocabulary; prepareMs: number } {
  const times: number[] = [];
  const prepared = timed(times, () => prepareVocabulary(vocabulary));
  return { prepared, prepareMs: times[0] as number };
}

/** Decodes `answers` answers of at most `budget` tokens by chance. */
export function measureGrammar(
  [name, grammar]: [string, Grammar],
  vocabulary: GrammarVocabulary,
  prepared: PreparedVocabulary,
  { answers, budget, random }: { answers: number; budget: number; random: () => number },
): GrammarCell {
  const compileTimes: number[] = [];
  const compiled = timed(compileTimes, () => compileGrammar(grammar, prepared));
  const first: number[] = [];
  const later: number[] = [];
  const lookAhead: number[] = [];
  const accepts: number[] = [];
  let forced = 0;
  for (let answer = 0; answer < answers; answer += 1) {
    const state = compiled.start(budget);
    for (let remaining = budget; !state.finished;) {
      const ahead = timed(lookAhead, () => state.forced(remaining));
      const times = answer === 0 ? first : later;
      const next =
        ahead.length > 0
          ? ahead
          : [
              choose(
                timed(times, () => state.allowed(remaining)),
                vocabulary,
                random,
              ),
            ];
      for (const token of next) timed(accepts, () => state.accept(token));
      forced += ahead.length;
      remaining -= next.length;
    }
  }
  return {
    grammar: name,
    leastTokens: compiled.leastTokens,
    compileMs: compileTimes[0] as number,
    masked: first.length + later.length,
    forced,
    firstMeanMs: mean(first),
    firstMostMs: Math.max(0, ...first),
    meanMs: mean(later),
    p95Ms: later.length === 0 ? 0 : percentile(later, 0.95),
    mostMs: Math.max(0, ...later),
    forcedMeanMs: mean(lookAhead),
    acceptMeanMs: mean(accepts),
  };
}
