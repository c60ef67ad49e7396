import { CodedError } from "@repo/contracts/coded-error";

/** @throws invalid_request for a vector that cannot be stored or compared: another length, not finite, or without a direction */
export function checkVector(vector: Float32Array, dimensions: number): void {
  if (vector.length !== dimensions)
    throw new CodedError("invalid_request", `A vector has ${vector.length} dimensions; those that are stored have ${dimensions}.`, {
      details: { expected: dimensions, actual: vector.length },
    });
  if (!vector.every(Number.isFinite)) throw new CodedError("invalid_request", "A vector holds a number that is not finite.");
  if (vector.every((number) => number === 0))
    throw new CodedError("invalid_request", "A vector of zeros has no direction, so nothing is similar to it.");
}
