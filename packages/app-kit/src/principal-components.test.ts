import { PCA } from "ml-pca";
import { expect, test } from "vitest";
import { projectOnPlane } from "./plane-projection.ts";
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

test("the leading components are those of the exact decomposition", async () => {
  // Noise in 60 directions, three of them louder: the decomposition of the whole covariance matrix is the judge.
  let state = 7;
  const noise = (): number => ((state = (state * 16_807) % 2_147_483_647) / 2_147_483_647) * 2 - 1;
  const vectors = Array.from({ length: 400 }, () => Array.from({ length: 60 }, (_, axis) => noise() * (axis < 3 ? 6 - axis : 1) + 2));
  const exact = new PCA(vectors, { method: "covarianceMatrix" }).getLoadings().to2DArray().slice(0, 3);
  const found = await findPrincipalComponents({ vectors, count: 3, center: true });
  for (const [position, component] of exact.entries()) {
    expect(Math.abs(project([component], found[position] ?? [])[0] ?? 0)).toBeCloseTo(1, 4);
  }
});

test("vectors that are all the same have a place", async () => {
  const points = await projectOnPlane(Array.from({ length: 5 }, () => Float32Array.of(0.6, 0.8, 0, 0)));
  expect(points).toEqual(Array.from({ length: 5 }, () => ({ x: 0.5, y: 0.5 })));
});

test("groups that differ lie apart on the plane, and every place is within it", async () => {
  const group = (axis: number): Float32Array[] =>
    Array.from({ length: 20 }, (_, index) => {
      const vector = new Float32Array(32).map((__, position) => Math.sin(index * 31 + position) * 0.05);
      vector[axis] = 1;
      return vector;
    });
  const points = await projectOnPlane([...group(0), ...group(9)]);
  const [left, right] = [points.slice(0, 20).map(({ x }) => x), points.slice(20).map(({ x }) => x)];
  expect(Math.max(...left) < Math.min(...right) || Math.max(...right) < Math.min(...left)).toBe(true);
  expect(points.flatMap(({ x, y }) => [x, y]).every((value) => value >= 0 && value <= 1)).toBe(true);
});

test("two vectors are no picture", async () => {
  expect(
    await projectOnPlane([
      [1, 2],
      [2, 1],
    ]),
  ).toEqual([]);
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
  await expect(findPrincipalComponents({ vectors: [[1, 2], [1]], count: 1, center: true })).rejects.toThrow("one length");
});
