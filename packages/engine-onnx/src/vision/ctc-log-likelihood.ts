import { addLogs, type CtcFrames, toLabels } from "./ctc-frames.ts";

/**
 * Natural logarithm of the probability that a crop says `text`: the sum over all paths that spell it (forward algorithm,
 * Graves 2006, section 4.1). exp of it is the posterior of the reading; over all texts it sums to 1.
 * @returns -Infinity when no path spells it: too long for the steps, or a character outside the alphabet.
 */
export function ctcLogLikelihood({ steps, classes, logProbabilities }: CtcFrames, text: string, alphabet: string): number {
  const labels = toLabels(text, alphabet);
  if (labels === undefined) return Number.NEGATIVE_INFINITY;
  // States: blank, character, blank, character, ..., blank.
  const states = 2 * labels.length + 1;
  const sums = new Float64Array(states).fill(Number.NEGATIVE_INFINITY);
  sums[0] = 0;
  for (let step = 0; step < steps; step += 1) {
    // From the end, so that the states before still hold the step before. At the first step only the first two can be reached.
    for (let state = states - 1; state >= 0; state -= 1) {
      const label = state % 2 === 0 ? 0 : (labels[state >> 1] as number);
      let sum = sums[state] as number;
      if (step === 0 && state === 1) sum = 0;
      else if (step > 0 && state > 0) {
        sum = addLogs(sum, sums[state - 1] as number);
        if (label !== 0 && state > 1 && label !== labels[(state >> 1) - 1]) sum = addLogs(sum, sums[state - 2] as number);
      }
      sums[state] = sum + (logProbabilities[step * classes + label] as number);
    }
  }
  return states === 1 ? (sums[0] as number) : addLogs(sums[states - 1] as number, sums[states - 2] as number);
}
