import { createHash } from "node:crypto";
import { expect } from "vitest";

/** What a vector must equal up to half of 1e-6 per component: JSON writes float32 with fewer digits than a double has. */
export function nearly(vector: ArrayLike<number> | undefined): number[] {
  return Array.from(vector ?? [], (value) => expect.closeTo(value, 6) as number);
}

/** A vector as a short text, the same for the same bits: thousands compare fast, and a difference prints in lines. */
export function fingerprint(vector: ArrayLike<number>): string {
  return createHash("sha256")
    .update(new Uint8Array(Float32Array.from(vector).buffer))
    .digest("hex")
    .slice(0, 16);
}
