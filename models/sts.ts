import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { cosine } from "./text-vectors.ts";

/** A pair of sentences and how similar people found them, 0 to 5. */
export interface SentencePair {
  first: string;
  second: string;
  score: number;
}

/** Reads a file of `sentence, sentence, score` lines (the STS benchmark's dev split is 1,500 of them). */
export function readSentencePairs(path: string): SentencePair[] {
  const rows = parse(readFileSync(path, "utf8")) as string[][];
  return rows.map(([first = "", second = "", score = ""]) => ({ first, second, score: Number(score) }));
}

/** Spearman's rank correlation between people's scores and the cosine of the vectors (first and second of every pair in turn). */
export function scorePairs(pairs: readonly SentencePair[], vectors: readonly Float32Array[]): number {
  const cosines = pairs.map((_, index) => cosine(vectors[2 * index] as Float32Array, vectors[2 * index + 1] as Float32Array));
  return correlate(toRanks(pairs.map(({ score }) => score)), toRanks(cosines));
}

/** Ranks from 1; equal values share the mean of theirs. */
export function toRanks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).toSorted((a, b) => (values[a] as number) - (values[b] as number));
  const ranks: number[] = [];
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end < order.length && values[order[end] as number] === values[order[start] as number]) end += 1;
    for (let index = start; index < end; index++) ranks[order[index] as number] = (start + end + 1) / 2;
    start = end;
  }
  return ranks;
}

/** Pearson's correlation. */
function correlate(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const meanA = mean(a);
  const meanB = mean(b);
  const sums = a.reduce(
    (total, value, index) => {
      const x = value - meanA;
      const y = (b[index] as number) - meanB;
      return { xy: total.xy + x * y, xx: total.xx + x * x, yy: total.yy + y * y };
    },
    { xy: 0, xx: 0, yy: 0 },
  );
  return sums.xy / Math.sqrt(sums.xx * sums.yy);
}
