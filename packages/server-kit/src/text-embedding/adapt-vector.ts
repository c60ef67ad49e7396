/**
 * A vector of another length: cut, or filled with zeros, which changes neither its length nor any cosine.
 * @param vector float32 [any], not changed
 * @param normalize whether a cut vector is scaled to length 1 again; false leaves its numbers as they are
 * @returns float32 [dimensions]
 */
export function adaptVector(vector: Float32Array, dimensions: number, normalize: boolean): Float32Array {
  const adapted = new Float32Array(dimensions);
  adapted.set(vector.subarray(0, dimensions));
  if (dimensions >= vector.length || !normalize) return adapted;
  const length = Math.sqrt(adapted.reduce((sum, value) => sum + value * value, 0));
  return length === 0 ? adapted : adapted.map((value) => value / length);
}

/** Cosine of two vectors of the same length, -1 to 1; 0 when one of them is all zeros. */
export function cosineSimilarity(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let squareA = 0;
  let squareB = 0;
  for (let index = 0; index < a.length; index += 1) {
    const x = a[index] as number;
    const y = b[index] as number;
    dot += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  const scale = Math.sqrt(squareA * squareB);
  return scale === 0 ? 0 : Math.max(-1, Math.min(1, dot / scale));
}
