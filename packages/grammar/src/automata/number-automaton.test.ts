import * as fc from "fast-check";
import { expect, test } from "vitest";
import { acceptsText } from "../../test/accepts-text.ts";
import { buildNumberAutomaton, type NumberLimits } from "./number-automaton.ts";

const bound = fc.option(
  fc.record({
    value: fc.oneof(
      fc.integer({ min: -1500, max: 1500 }),
      fc.integer({ min: -15_000, max: 15_000 }).map((value) => value / 1000),
      fc.constantFrom(0, 1e-7, -0.1, 123_456.789, 1e20, -1e20),
    ),
    exclusive: fc.boolean(),
  }),
  { nil: undefined },
);
const limits: fc.Arbitrary<NumberLimits> = fc.record({
  integer: fc.boolean(),
  least: bound,
  most: bound,
  multipleOf: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined, freq: 2 }),
});
const candidate = fc.oneof(
  fc.integer({ min: -2000, max: 2000 }).map(String),
  fc.integer({ min: -20_000, max: 20_000 }).map((value) => String(value / 1000)),
  fc.constantFrom("0", "-0", "0.0", "-0.0", "1.50", "0.0000001", "0.00000011", "123456.789", "-0.1", "-0.10"),
);

function isWithin(value: number, { integer, least, most, multipleOf }: NumberLimits): boolean {
  if (integer && !Number.isInteger(value)) return false;
  if (multipleOf !== undefined && value % multipleOf !== 0) return false;
  if (least && (least.exclusive ? value <= least.value : value < least.value)) return false;
  return !(most && (most.exclusive ? value >= most.value : value > most.value));
}

test("a number is accepted exactly when it is within the limits and written in the one way", { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(limits, candidate, (wanted, text) => {
      const isWhole = wanted.integer || wanted.multipleOf !== undefined;
      const isOneWay = !/^-0(\.0*)?$/.test(text) && !(isWhole && text.includes("."));
      // Without any limit a minus zero is no harm, and is refused all the same.
      expect(acceptsText(buildNumberAutomaton(wanted), text)).toBe(isOneWay && isWithin(Number(text), wanted));
    }),
    { numRuns: 300, seed: 6 },
  );
});

test.each(["01", "1.", ".5", "+1", "1e", "--1", "1e+", "1.5.1", "", "-", "1e999", "1234567890123456", "Infinity"])(
  "%j is no number",
  (text) => {
    expect(acceptsText(buildNumberAutomaton({ integer: false }), text)).toBe(false);
  },
);

test.each(["0", "-7", "3.25", "1e5", "2.5e-10", "999999999999999", "123456789012.345"])("%s is a number", (text) => {
  expect(acceptsText(buildNumberAutomaton({ integer: false }), text)).toBe(true);
});

test("bounds that leave no number of 15 digits leave no automaton", () => {
  const between = (least: number, most: number, integer = false) =>
    buildNumberAutomaton({ integer, least: { value: least, exclusive: true }, most: { value: most, exclusive: true } });
  expect(between(3, 4, true)).toBeUndefined();
  expect(between(5, 5)).toBeUndefined();
  expect(between(1e15, 1e20)).toBeUndefined();
  expect(between(1e-20, 2e-20)).toBeUndefined();
  expect(between(3, 4)).toBeDefined();
});
