import { expect, test } from "vitest";
import { readFilmSearch, scoreSearch } from "./film-search.ts";

const axis = (index: number): Float32Array => Float32Array.from({ length: 12 }, (_, at) => (at === index ? 1 : 0));

test("a search that always finds the right passage first scores 1", () => {
  const vectors = [0, 1, 2].map(axis);
  expect(scoreSearch(vectors, vectors)).toEqual({ mrrAt10: 1, recallAt10: 1 });
});

test("a passage found second counts half, one found eleventh not at all", () => {
  const passages = Array.from({ length: 12 }, (_, index) => axis(index));
  const towards = (order: readonly number[]): Float32Array => Float32Array.from({ length: 12 }, (_, index) => 12 - order.indexOf(index));
  const inOrder = Array.from({ length: 12 }, (_, index) => index);
  // Every query prefers passages 0, 1, 2, ..: query i finds its own at rank i + 1.
  const { mrrAt10, recallAt10 } = scoreSearch(
    Array.from({ length: 12 }, () => towards(inOrder)),
    passages,
  );
  const expected = inOrder.slice(0, 10).reduce((sum, index) => sum + 1 / (index + 1), 0) / 12;
  expect(mrrAt10).toBeCloseTo(expected, 4);
  expect(recallAt10).toBeCloseTo(10 / 12, 4);
});

test("a model that gives every text the same vector finds nothing", () => {
  const same = Array.from({ length: 30 }, () => axis(0));
  expect(scoreSearch(same, same)).toEqual({ mrrAt10: 0, recallAt10: 0 });
});

test("every film has tags to search with and a description to find", () => {
  const films = readFilmSearch();
  expect(films.length).toBeGreaterThan(1000);
  expect(films.filter(({ query, description }) => query === "" || description === "")).toEqual([]);
});
