import { addLogs, type CtcFrames } from "./ctc-frames.ts";
import { ctcLogLikelihood } from "./ctc-log-likelihood.ts";

/** A text that a crop may say. */
export interface CtcReading {
  text: string;
  /** Natural logarithm of its probability, all paths counted. */
  logLikelihood: number;
}

/** Options of {@link ctcBeam}. */
export interface CtcBeamOptions {
  /** Prefixes followed at a time, default 16. */
  width?: number | undefined;
  /** Readings returned, default 5. */
  count?: number | undefined;
  /** Prefixes for which this is false are not followed: a field's format. Default: all are. */
  allows?: ((prefix: string) => boolean) | undefined;
  /** Readings for which this is false are not returned. Default: all are. */
  accepts?: ((text: string) => boolean) | undefined;
}

interface Prefix {
  text: string;
  /** Class of the last character; 0 for the empty text. */
  last: number;
  /** Log probability of the paths so far that end in blank, and of those that end in the last character. */
  blank: number;
  label: number;
}

/** Classes less probable than this at a step start no new character: e^-12 is below what a reader can know. */
const minLogProbability = -12;
/** Prefixes this far behind the best one at the same step are given up: what they could still win is below {@link minLogProbability}. */
const maxBehind = 14;

/**
 * The most probable texts of a crop, best first (prefix beam search: Graves, "Supervised Sequence Labelling", 2012,
 * section 7.5; Hannun et al., arXiv 1408.2873). Their likelihoods are exact: they are computed again by the forward
 * algorithm.
 */
export function ctcBeam(frames: CtcFrames, alphabet: string, options: CtcBeamOptions = {}): CtcReading[] {
  const { width = 16, count = 5, allows, accepts } = options;
  let beam: Prefix[] = [{ text: "", last: 0, blank: 0, label: Number.NEGATIVE_INFINITY }];
  for (let step = 0; step < frames.steps; step += 1) {
    const next = new Map<string, Prefix>();
    const leastTotal = toTotal(beam[0] as Prefix) - maxBehind;
    for (const prefix of beam) extend(prefix, { frames, step, alphabet, allows, leastTotal }, next);
    const ranked = [...next.values()].map((prefix) => ({ prefix, total: toTotal(prefix) })).toSorted((a, b) => b.total - a.total);
    const floor = (ranked[0]?.total ?? 0) - maxBehind;
    beam = ranked.slice(0, width).flatMap(({ prefix, total }) => (total < floor ? [] : [prefix]));
  }
  return beam
    .filter(({ text }) => accepts === undefined || accepts(text))
    .map(({ text }) => ({ text, logLikelihood: ctcLogLikelihood(frames, text, alphabet) }))
    .toSorted((a, b) => b.logLikelihood - a.logLikelihood)
    .slice(0, count);
}

interface Extension {
  frames: CtcFrames;
  step: number;
  alphabet: string;
  allows: ((prefix: string) => boolean) | undefined;
  leastTotal: number;
}

function extend(prefix: Prefix, { frames, step, alphabet, allows, leastTotal }: Extension, next: Map<string, Prefix>): void {
  const { classes, logProbabilities } = frames;
  const at = (label: number) => logProbabilities[step * classes + label] as number;
  const total = toTotal(prefix);
  const same = reach(next, prefix.text, prefix.last);
  same.blank = addLogs(same.blank, total + at(0));
  if (prefix.last !== 0) same.label = addLogs(same.label, prefix.label + at(prefix.last));
  for (let label = 1; label < classes; label += 1) {
    const logProbability = at(label);
    if (logProbability < minLogProbability) continue;
    // A character follows itself only across a blank.
    const before = label === prefix.last ? prefix.blank : total;
    if (before + logProbability < leastTotal) continue;
    const text = prefix.text + (alphabet[label - 1] ?? "");
    if (allows !== undefined && !allows(text)) continue;
    const longer = reach(next, text, label);
    longer.label = addLogs(longer.label, before + logProbability);
  }
}

function reach(prefixes: Map<string, Prefix>, text: string, last: number): Prefix {
  let prefix = prefixes.get(text);
  if (prefix === undefined) {
    prefix = { text, last, blank: Number.NEGATIVE_INFINITY, label: Number.NEGATIVE_INFINITY };
    prefixes.set(text, prefix);
  }
  return prefix;
}

function toTotal({ blank, label }: Prefix): number {
  return addLogs(blank, label);
}
