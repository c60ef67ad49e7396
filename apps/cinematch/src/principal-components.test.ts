import { expect, test } from "vitest";
import { findPrincipalComponents, project } from "./principal-components.ts";

/** Points along one direction, with a little noise across it and an offset from the origin. */
const along = (direction: readonly number[], offset: number): number[][] =>
  Array.from({ length: 60 }, (_, index) =>
    direction.map((value, axis) => offset + value * (index - 30) + Math.sin(index * (axis + 3)) * 0.01),
  );

test("the first component is the direction in which the vectors differ most, and has length 1", async () => {
  const [first = []] = await findPrincipalComponents({ vectors: along([0.6, 0.8, 0], 5), count: 1, center: true });
  expect(Math.hypot(...first)).toBeCloseTo(1, 6);
  expect(Math.abs(first[0] ?? 0)).toBeCloseTo(0.6, 3);
  expect(Math.abs(first[1] ?? 0)).toBeCloseTo(0.8, 3);
});

test("as many components as asked for, at right angles", async () => {
  const components = await findPrincipalComponents({ vectors: along([1, 2, 3, 4], 0), count: 3, center: false });
  expect(components).toHaveLength(3);
  expect(project(components, components[0] ?? [])[1]).toBeCloseTo(0, 6);
});

test("the event loop turns while the components are computed", async () => {
  const vectors = Array.from({ length: 300 }, (_, row) => Array.from({ length: 200 }, (__, column) => Math.sin(row * 7 + column * column)));
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  await findPrincipalComponents({ vectors, count: 2, center: true });
  clearInterval(timer);
  expect(turns).toBeGreaterThan(5);
});

test("vectors that cannot be decomposed are an error, not a hang", async () => {
  await expect(findPrincipalComponents({ vectors: [], count: 1, center: true })).rejects.toThrow("non-empty");
});
