/** The value below which the share `p` (0..1) of the values lies (nearest rank); NaN for none. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN;
}

/** The middle value; NaN for none. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Mean and smallest cosine of pairs of unit vectors. */
export function compareVectors(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): { mean: number; min: number } {
  const cosines = a.map((vector, row) => vector.reduce((sum, value, column) => sum + value * (b[row]?.[column] ?? Number.NaN), 0));
  return { mean: cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length, min: Math.min(...cosines) };
}
