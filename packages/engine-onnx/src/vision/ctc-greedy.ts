import type { CtcFrames } from "./ctc-frames.ts";

/** The most probable path of a reading. */
export interface GreedyReading {
  text: string;
  /** Probability of this one path, natural logarithm; the text's own probability is higher, see `ctcLogLikelihood`. */
  pathLogProbability: number;
  /** First step of each character: where it stands in the crop. */
  steps: number[];
}

/** The best class of every step; repetitions merged, blanks dropped. */
export function ctcGreedy({ steps, classes, logProbabilities }: CtcFrames, alphabet: string): GreedyReading {
  const reading: GreedyReading = { text: "", pathLogProbability: 0, steps: [] };
  let previous = 0;
  for (let step = 0; step < steps; step += 1) {
    let best = 0;
    for (let label = 1; label < classes; label += 1) {
      if ((logProbabilities[step * classes + label] as number) > (logProbabilities[step * classes + best] as number)) best = label;
    }
    reading.pathLogProbability += logProbabilities[step * classes + best] as number;
    if (best !== 0 && best !== previous) {
      reading.text += alphabet[best - 1] ?? "";
      reading.steps.push(step);
    }
    previous = best;
  }
  return reading;
}
