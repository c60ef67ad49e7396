/** Options of {@link toSentenceVector}. */
export interface SentenceVectorOptions {
  dimensions: number;
  /** Scale to length 1. */
  normalize: boolean;
}

/**
 * One vector for one text, out of what a feature-extraction API answers for it: the vector itself, or one vector per
 * token, which are averaged with equal weight (mean pooling, as sentence-transformers does without padding).
 * @returns undefined when it is neither, has another length, or holds a number that is not finite
 * @source Reimers and Gurevych, Sentence-BERT (2019), section 3
 */
export function toSentenceVector(value: unknown, { dimensions, normalize }: SentenceVectorOptions): Float32Array | undefined {
  const rows = toRows(value);
  if (rows === undefined || rows.some((row) => row.length !== dimensions || !row.every(Number.isFinite))) return undefined;
  const sums = Float64Array.from({ length: dimensions }, (_, column) => rows.reduce((sum, row) => sum + (row[column] as number), 0));
  const scale = normalize ? 1 / (Math.hypot(...sums) || 1) : 1 / rows.length;
  return Float32Array.from(sums, (sum) => sum * scale);
}

function toRows(value: unknown): number[][] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const items = value as unknown[];
  if (items.every((item) => typeof item === "number")) return [items];
  // Some answers wrap the tokens of a text once more.
  if (items.length === 1 && Array.isArray(items[0]) && Array.isArray((items[0] as unknown[])[0])) return toRows(items[0]);
  return items.every((item) => Array.isArray(item) && item.every((number) => typeof number === "number"))
    ? (items as number[][])
    : undefined;
}
