import * as fc from "fast-check";
import { expect, test } from "vitest";
import { maxFloatBytes, writeFloat } from "./write-float.ts";

function toText(value: number): string {
  const bytes = new Uint8Array(32);
  return Buffer.from(bytes.buffer, 0, writeFloat(bytes, 0, value)).toString("latin1");
}

test("every finite float32 is read back exactly, signs of zero and subnormal numbers included", () => {
  const edges = [0, -0, 1, -1, 0.1, 1e-6, 9.999999e-7, 999_999.94, 1e6, 2 ** -149, 2 ** -126, 3.4028235e38, -3.4028235e38].map(Math.fround);
  for (const value of edges) expect(Math.fround(JSON.parse(toText(value)) as number)).toBe(value);
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = toText(value);
      return Object.is(Math.fround(JSON.parse(text) as number), value) && text.length < maxFloatBytes;
    }),
    { numRuns: 20_000 },
  );
});

test("no shorter decimal would be read back as the same float32", () => {
  const run = fc.check(
    fc.property(fc.float({ min: Math.fround(-1), max: 1, noNaN: true }), (value) => {
      if (Math.abs(value) < 1e-6) return true;
      const digits = toText(value)
        .replace("-", "")
        .replace(/^0?\.?0*/, "")
        .replace(".", "").length;
      return digits <= 1 || Math.fround(Number(value.toPrecision(digits - 1))) !== value;
    }),
    { numRuns: 5000 },
  );
  expect(run.counterexample).toBeNull();
});

test.each([
  [0.5, "0.5"],
  [100, "100"],
  [-123.25, "-123.25"],
  [0, "0"],
  [-0, "-0"],
  [0.25e-5, "0.0000025"],
  [2 ** 30, "1.0737418e+9"],
  [1e-7, "1e-7"],
])("%d is written as %s", (value, text) => {
  expect(toText(Math.fround(value))).toBe(text);
});
