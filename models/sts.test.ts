import { expect, test } from "vitest";
import { scorePairs, toRanks } from "./sts.ts";

test("equal values share the mean of their ranks", () => {
  expect(toRanks([10, 30, 20, 20])).toEqual([1, 4, 2.5, 2.5]);
});

test("Spearman is 1 for the same order, whatever the distances, and -1 for the reverse", () => {
  const vectors = [0.1, 0.9, 0.5].flatMap((cosine) => [Float32Array.of(1, 0), Float32Array.of(cosine, Math.sqrt(1 - cosine * cosine))]);
  const pairs = (...scores: number[]) => scores.map((score) => ({ first: "", second: "", score }));
  expect(scorePairs(pairs(0, 5, 1), vectors)).toBeCloseTo(1, 10);
  expect(scorePairs(pairs(5, 0, 1), vectors)).toBeCloseTo(-1, 10);
});
