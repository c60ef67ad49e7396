import { ctcBeam, type CtcBeamOptions, type CtcReading } from "./ctc-beam.ts";
import { addLogs, type CtcFrames } from "./ctc-frames.ts";
import { ctcLogLikelihood } from "./ctc-log-likelihood.ts";
import { type ListScore, scoreList, setPosteriors } from "./score-list.ts";

/**
 * Several looks at one crop (`varyCrop`) are one reader that has looked more than once: a text's probability is the mean
 * over the looks, which is again a distribution over texts. Every function here takes one look as well as many.
 */
export type CtcViews = readonly [CtcFrames, ...CtcFrames[]];

/** Natural logarithm of the mean probability of `text`; see `ctcLogLikelihood`. */
export function voteLogLikelihood(views: CtcViews, text: string, alphabet: string): number {
  return mean(views.map((frames) => ctcLogLikelihood(frames, text, alphabet)));
}

/** The most probable texts over all looks, best first; see `ctcBeam`. What no look proposes is not considered. */
export function voteBeam(views: CtcViews, alphabet: string, options: CtcBeamOptions = {}): CtcReading[] {
  const proposed = views.map((frames) => ctcBeam(frames, alphabet, options));
  if (proposed.length === 1) return proposed[0] as CtcReading[];
  const texts = new Set(proposed.flatMap((readings) => readings.map(({ text }) => text)));
  return [...texts]
    .map((text) => ({ text, logLikelihood: voteLogLikelihood(views, text, alphabet) }))
    .toSorted((a, b) => b.logLikelihood - a.logLikelihood)
    .slice(0, options.count ?? proposed[0]?.length);
}

/** The entries of a list over all looks, best first; see `scoreList`. */
export function voteList(views: CtcViews, entries: readonly string[], alphabet: string): ListScore[] {
  const [first, ...others] = views.map((frames) => scoreList(frames, entries, alphabet)) as [ListScore[], ...ListScore[][]];
  if (others.length === 0) return first;
  const byIndex = others.map((scores) => scores.toSorted((a, b) => a.index - b.index));
  const scores = first.map((score) => ({
    ...score,
    logLikelihood: mean([score.logLikelihood, ...byIndex.map((list) => (list[score.index] as ListScore).logLikelihood)]),
  }));
  setPosteriors(scores);
  return scores.toSorted((a, b) => b.logLikelihood - a.logLikelihood || a.index - b.index);
}

/** Of probabilities given as logarithms. */
function mean(logs: readonly number[]): number {
  return logs.reduce(addLogs, Number.NEGATIVE_INFINITY) - Math.log(logs.length);
}
