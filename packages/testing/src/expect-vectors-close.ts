import { expect } from "vitest";

/** How far apart two vectors may be; both bounds must hold. */
export interface VectorTolerance {
  /** Largest difference of one component. */
  absolute: number;
  /** Smallest cosine of the two; default 1 - absolute. */
  cosine?: number;
}

/**
 * Fails unless `actual` is `expected` within a stated tolerance; the message names the worst component and the cosine.
 * `{ absolute: 0 }` asks for the same bits.
 */
export function expectVectorsClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: VectorTolerance): void {
  expect(actual.length, "length of the vector").toBe(expected.length);
  let dot = 0;
  let actualSquares = 0;
  let expectedSquares = 0;
  let worst = 0;
  let worstAt = 0;
  for (let index = 0; index < actual.length; index += 1) {
    const a = actual[index] as number;
    const b = expected[index] as number;
    if (!Number.isFinite(a)) expect.fail(`component ${index} is ${a}`);
    dot += a * b;
    actualSquares += a * a;
    expectedSquares += b * b;
    if (Math.abs(a - b) > worst) {
      worst = Math.abs(a - b);
      worstAt = index;
    }
  }
  if (worst === 0) return;
  const cosine = dot / Math.sqrt(actualSquares * expectedSquares);
  const minCosine = tolerance.cosine ?? 1 - tolerance.absolute;
  if (worst <= tolerance.absolute && cosine >= minCosine) return;
  expect.fail(
    `vectors differ by ${worst.toExponential(2)} at component ${worstAt} (at most ${tolerance.absolute} allowed), ` +
      `cosine ${cosine} (at least ${minCosine})`,
  );
}
