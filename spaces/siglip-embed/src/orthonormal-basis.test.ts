import { expect, test } from "vitest";
import { projectOnto, toOrthonormalBasis } from "./orthonormal-basis.ts";
import { dot } from "./unit-vector.ts";

const vectors = [
  [3, 0, 0, 0],
  [1, 1, 0, 0],
  [0, 0, 2, 1],
  [4, 1, 0, 0],
].map((values) => Float32Array.from(values));

test("a basis is at right angles, of length 1, and leaves out what the others span", () => {
  const basis = toOrthonormalBasis(vectors);
  expect(basis).toHaveLength(3);
  for (const [row, one] of basis.entries())
    for (const [column, other] of basis.entries()) expect(dot(one, other)).toBeCloseTo(row === column ? 1 : 0, 6);
});

test("directions that hardly differ stay at right angles", () => {
  const near = [0, 1, 2].map((at) => Float32Array.from([1, 0.01 * at, 0.01 * at * at, 0]));
  const basis = toOrthonormalBasis(near);
  expect(basis).toHaveLength(3);
  for (const [row, one] of basis.entries()) for (const other of basis.slice(row + 1)) expect(Math.abs(dot(one, other))).toBeLessThan(1e-5);
});

test("a projection keeps what lies in the span and nothing else", () => {
  const basis = toOrthonormalBasis(vectors);
  for (const vector of vectors)
    projectOnto(basis, vector).forEach((value, at) => expect(value).toBeCloseTo((vector as Float32Array)[at] as number, 5));
  const outside = projectOnto(basis, Float32Array.from([0, 0, -1, 2]));
  for (const value of outside) expect(value).toBeCloseTo(0, 6);
});
