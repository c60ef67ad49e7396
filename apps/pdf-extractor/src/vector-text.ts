/** A vector as pgvector reads it. Five digits are more than half precision keeps. */
export function toVectorText(vector: Float32Array | readonly number[]): string {
  return `[${Array.from(vector, (value) => value.toPrecision(5)).join(",")}]`;
}
