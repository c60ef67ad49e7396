import { type CtcFrames, toLabels } from "./ctc-frames.ts";
import { ctcLogLikelihood } from "./ctc-log-likelihood.ts";

/** How well an entry of a list explains a crop. */
export interface ListScore {
  /** Place in the list as it was given. */
  index: number;
  entry: string;
  /** As of `ctcLogLikelihood`; -Infinity when no path spells the entry. */
  logLikelihood: number;
  /** Probability of the entry, were it certain that one of the list is written there; over the list it sums to 1. */
  posterior: number;
}

interface Entry {
  index: number;
  entry: string;
  labels: Uint8Array;
}

/** Below this a double has lost digits; the entry is computed again in logarithms. */
const minExactSum = 1e-290;

/**
 * Scores every entry of a list on a crop, best first: the CTC likelihood of each, exact.
 *
 * The paths that have spelt a prefix after t steps do not depend on what follows, so entries that share a prefix share
 * its columns: the entries are sorted and only the columns behind what an entry has in common with the one before are
 * computed. Sums are kept as probabilities divided by each step's best one, not as logarithms: no exp or log in the loop.
 *
 * The list is not asked whether it holds the right entry. Compare `logLikelihood` with the best free reading's: an entry
 * far below it is not what is written there, however much better than the others it is.
 */
export function scoreList(frames: CtcFrames, entries: readonly string[], alphabet: string): ListScore[] {
  const { steps } = frames;
  const relative = toRelative(frames);
  const spelt: Entry[] = [];
  const scores: ListScore[] = entries.map((entry, index) => {
    const labels = toLabels(entry, alphabet);
    if (labels !== undefined) spelt.push({ index, entry, labels });
    return { index, entry, logLikelihood: Number.NEGATIVE_INFINITY, posterior: 0 };
  });
  spelt.sort((a, b) => (a.entry < b.entry ? -1 : Number(a.entry > b.entry)));
  // Columns of the entry at hand: after how many characters, and then per step, ending in blank and ending in the character.
  const columns: Column[] = [startColumn(relative, steps)];
  let previous = new Uint8Array(0);
  for (const { index, entry, labels } of spelt) {
    const shared = countShared(previous, labels);
    for (let length = shared + 1; length <= labels.length; length += 1) {
      const column = (columns[length] ??= { blank: new Float64Array(steps + 1), label: new Float64Array(steps + 1) });
      const label = labels[length - 1] as number;
      fillColumn(column, columns[length - 1] as Column, { relative, label, isRepeated: label === labels[length - 2] });
    }
    previous = labels as Uint8Array<ArrayBuffer>;
    const { blank, label } = columns[labels.length] as Column;
    const sum = (blank[steps] as number) + (label[steps] as number);
    (scores[index] as ListScore).logLikelihood =
      sum < minExactSum ? ctcLogLikelihood(frames, entry, alphabet) : Math.log(sum) + relative.logScale;
  }
  setPosteriors(scores);
  return scores.toSorted((a, b) => b.logLikelihood - a.logLikelihood || a.index - b.index);
}

/** Sums over the paths that have spelt a prefix, by step; [0] is before the first step. */
interface Column {
  blank: Float64Array;
  label: Float64Array;
}

interface RelativeFrames {
  steps: number;
  /** Probability by label, then step, divided by the step's highest. */
  byLabel: Float64Array;
  /** What the divisions took away, natural logarithm. */
  logScale: number;
}

function toRelative({ steps, classes, logProbabilities }: CtcFrames): RelativeFrames {
  const byLabel = new Float64Array(steps * classes);
  let logScale = 0;
  for (let step = 0; step < steps; step += 1) {
    const frame = logProbabilities.subarray(step * classes, (step + 1) * classes);
    let highest = Number.NEGATIVE_INFINITY;
    for (const value of frame) highest = Math.max(highest, value);
    logScale += highest;
    for (let label = 0; label < classes; label += 1) byLabel[label * steps + step] = Math.exp((frame[label] as number) - highest);
  }
  return { steps, byLabel, logScale };
}

function startColumn({ byLabel }: RelativeFrames, steps: number): Column {
  const column: Column = { blank: new Float64Array(steps + 1), label: new Float64Array(steps + 1) };
  column.blank[0] = 1;
  for (let step = 0; step < steps; step += 1) column.blank[step + 1] = (column.blank[step] as number) * (byLabel[step] as number);
  return column;
}

function fillColumn(
  column: Column,
  before: Column,
  { relative, label, isRepeated }: { relative: RelativeFrames; label: number; isRepeated: boolean },
): void {
  const { steps, byLabel } = relative;
  const offset = label * steps;
  let blank = 0;
  let spelt = 0;
  column.blank[0] = 0;
  column.label[0] = 0;
  for (let step = 0; step < steps; step += 1) {
    // A character follows itself only across a blank.
    const arriving = (before.blank[step] as number) + (isRepeated ? 0 : (before.label[step] as number));
    const nextBlank = (blank + spelt) * (byLabel[step] as number);
    spelt = (spelt + arriving) * (byLabel[offset + step] as number);
    blank = nextBlank;
    column.blank[step + 1] = blank;
    column.label[step + 1] = spelt;
  }
}

function countShared(a: Uint8Array, b: Uint8Array): number {
  const end = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < end && a[shared] === b[shared]) shared += 1;
  return shared;
}

/** Sets every posterior from the likelihoods. */
export function setPosteriors(scores: readonly ListScore[]): void {
  let highest = Number.NEGATIVE_INFINITY;
  for (const { logLikelihood } of scores) highest = Math.max(highest, logLikelihood);
  if (highest === Number.NEGATIVE_INFINITY) return;
  let sum = 0;
  for (const { logLikelihood } of scores) sum += Math.exp(logLikelihood - highest);
  for (const score of scores) score.posterior = Math.exp(score.logLikelihood - highest) / sum;
}
