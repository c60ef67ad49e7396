import { CodedError } from "@repo/contracts/coded-error";
import type { TensorData } from "../worker-protocol.ts";

/**
 * What a CTC reader says of one crop: for each time step a distribution over blank (class 0) and the characters of its
 * alphabet (class i is `alphabet[i - 1]`). Source of all of ctc-*: Graves et al., "Connectionist Temporal Classification",
 * ICML 2006.
 */
export interface CtcFrames {
  steps: number;
  /** Length of the alphabet + 1. */
  classes: number;
  /** Natural logarithms, [steps * classes]; each step's exponentials sum to 1. */
  logProbabilities: Float32Array;
}

/** Options of {@link toCtcFrames}. */
export interface CtcFramesOptions {
  /** Crops in the batch. */
  batch: number;
  /** Length of the alphabet + 1. */
  classes: number;
  /** Logits are divided by this before they become probabilities, default 1 (Guo et al., "On Calibration of Modern Neural Networks", 2017). */
  temperature?: number | undefined;
}

/**
 * The frames of each crop of a batch, from a reader's logits: [batch, steps, classes], or [steps, batch, classes] as
 * PyTorch's LSTM orders them; the shape tells (where both would do, the first counts).
 * @throws CodedError model_unavailable when the shape is neither; inference_failed when a number is not finite.
 */
export function toCtcFrames(logits: TensorData, options: CtcFramesOptions): CtcFrames[] {
  const { batch, classes, temperature = 1 } = options;
  const [first = 0, second = 0, third] = logits.dims;
  const isBatchFirst = first === batch;
  if (logits.dims.length !== 3 || third !== classes || !(isBatchFirst || second === batch)) {
    throw new CodedError("model_unavailable", `The reader's output has the shape [${logits.dims.join(", ")}], which does not fit.`, {
      details: { dims: logits.dims, batch, classes },
    });
  }
  const steps = isBatchFirst ? second : first;
  const values = logits.data as Float32Array;
  return Array.from({ length: batch }, (_, row) => {
    const logProbabilities = new Float32Array(steps * classes);
    for (let step = 0; step < steps; step += 1) {
      const start = (isBatchFirst ? row * steps + step : step * batch + row) * classes;
      logSoftmax(values.subarray(start, start + classes), temperature, logProbabilities.subarray(step * classes, (step + 1) * classes));
    }
    return { steps, classes, logProbabilities };
  });
}

function logSoftmax(logits: Float32Array, temperature: number, target: Float32Array): void {
  let highest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) highest = Math.max(highest, logit);
  let sum = 0;
  for (const logit of logits) sum += Math.exp((logit - highest) / temperature);
  if (!Number.isFinite(sum)) throw new CodedError("inference_failed", "The model gave numbers that are not finite.");
  const logSum = Math.log(sum);
  for (let index = 0; index < logits.length; index += 1) target[index] = ((logits[index] as number) - highest) / temperature - logSum;
}

/** The classes of a text's characters; undefined when one is not in the alphabet. */
export function toLabels(text: string, alphabet: string): Uint8Array | undefined {
  const labels = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) {
    const label = alphabet.indexOf(text[index] as string) + 1;
    if (label === 0) return undefined;
    labels[index] = label;
  }
  return labels;
}

/** log(exp(a) + exp(b)) without overflow. */
export function addLogs(a: number, b: number): number {
  if (a === Number.NEGATIVE_INFINITY) return b;
  return a > b ? a + Math.log1p(Math.exp(b - a)) : b + Math.log1p(Math.exp(a - b));
}
