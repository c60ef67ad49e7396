import { dot } from "./unit-vector.ts";

/** A direction of which less than this share is new to the others is what rounding left of it. */
const leastNewShare = 1e-3;

/**
 * Vectors of length 1, each at right angles to the others, that span what these do; fewer where some lie in the others' span.
 * @param vectors float32 [dimensions] each, in any length
 * @source modified Gram-Schmidt, gone through twice against rounding: Giraud, Langou, Rozložník, "The loss of orthogonality in the
 *   Gram-Schmidt orthogonalization process", 2005
 */
export function toOrthonormalBasis(vectors: readonly Float32Array[]): Float32Array[] {
  const basis: Float32Array[] = [];
  for (const vector of vectors) {
    const left = vector.slice();
    for (let pass = 0; pass < 2; pass += 1) for (const axis of basis) addScaled(left, axis, -dot(left, axis));
    const length = Math.sqrt(dot(left, left));
    if (length > leastNewShare * Math.sqrt(dot(vector, vector))) basis.push(left.map((value) => value / length));
  }
  return basis;
}

/** The part of a vector that lies in the span of a basis. */
export function projectOnto(basis: readonly Float32Array[], vector: Float32Array): Float32Array {
  const inside = new Float32Array(vector.length);
  for (const axis of basis) addScaled(inside, axis, dot(vector, axis));
  return inside;
}

/** Adds a multiple of a vector to another one, in place. */
export function addScaled(target: Float32Array, vector: Float32Array, factor: number): void {
  for (let at = 0; at < target.length; at += 1) target[at] = (target[at] as number) + factor * (vector[at] as number);
}
