import { CodedError } from "@repo/contracts/coded-error";

/**
 * A copy of length 1.
 * @throws CodedError inference_failed where that is not possible: a number is not finite, or all are zero
 */
export function toUnitVector(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  if (!(length > 0) || !Number.isFinite(length))
    throw new CodedError("inference_failed", "The model answered with numbers that are no vector.");
  return vector.map((value) => value / length);
}

/** Inner product of two vectors of the same length; of vectors of length 1 their cosine. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index] as number) * (b[index] as number);
  return sum;
}
