import { expect, test } from "vitest";
import { compareVectors, median, percentile } from "./statistics.ts";

test("a percentile is a value that occurred, whatever the order", () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(values, 0.99)).toBe(99);
  expect(percentile(values, 1)).toBe(100);
  expect(median([30, 10, 20])).toBe(20);
  expect(median([])).toBeNaN();
});

test("vectors are compared row by row", () => {
  const { mean, min } = compareVectors(
    [
      [1, 0],
      [0.6, 0.8],
    ],
    [
      [1, 0],
      [0, 1],
    ],
  );
  expect(mean).toBeCloseTo(0.9, 12);
  expect(min).toBeCloseTo(0.8, 12);
});

test("a vector that is missing makes the comparison NaN, not good", () => {
  expect(compareVectors([[1, 0]], []).min).toBeNaN();
});
