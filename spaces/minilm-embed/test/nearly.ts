import { expect } from "vitest";

/** What a vector must equal up to half of 1e-6 per component: JSON writes float32 with fewer digits than a double has. */
export function nearly(vector: ArrayLike<number> | undefined): number[] {
  return Array.from(vector ?? [], (value) => expect.closeTo(value, 6) as number);
}
