import { buildByteAutomaton, type ByteAutomaton, type ByteStateDraft, type ByteTransition } from "./byte-automaton.ts";

/** One end of a range of numbers. */
export interface NumberBound {
  value: number;
  /** Whether the value itself is outside. */
  exclusive: boolean;
}

/** Which numbers. */
export interface NumberLimits {
  /** Without a fraction. */
  integer: boolean;
  least?: NumberBound | undefined;
  most?: NumberBound | undefined;
  /** A positive integer of at most {@link largestMultiple}. */
  multipleOf?: number | undefined;
}

/** Above this the remainders take too many states. */
export const largestMultiple = 1000;

/**
 * Digits of a number, before and after the point together: with at most 15, different decimals are different doubles (IEEE 754:
 * DBL_DIG), so comparing digits is comparing what JSON.parse will give.
 */
const mostDigits = 15;

/** A bound on the magnitude: its digits before and after the point. */
interface Magnitude {
  whole: string;
  fraction: string;
  exclusive: boolean;
}

/** Digits of a finite number that is not negative, without an exponent. */
function toDigits(value: number, exclusive: boolean): Magnitude {
  const [mantissa = "0", exponent = "0"] = String(value).split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  const shift = Number(exponent);
  const point = whole.length + shift;
  const digits = whole + fraction;
  const padded = point > 0 ? digits.padEnd(point, "0") : "0".repeat(1 - point) + digits;
  const cut = Math.max(point, 1);
  return {
    whole: padded.slice(0, cut).replace(/^0+(?=\d)/, ""),
    fraction: padded.slice(cut).replace(/0+$/, ""),
    exclusive,
  };
}

/** How the digits so far compare with a bound's digits: -1 less, 0 the same, 1 more. */
type Comparison = -1 | 0 | 1;

function compareDigit(before: Comparison, digit: number, expected: number): Comparison {
  if (before !== 0) return before;
  return digit < expected ? -1 : digit > expected ? 1 : 0;
}

const digitAt = (digits: string, index: number): number => (index < digits.length ? digits.charCodeAt(index) - 0x30 : 0);

/** What is being written; "exponent full" has two digits. */
const phases = ["start", "minus", "whole", "point", "fraction", "e", "exponent sign", "exponent", "exponent full"] as const;

/** A number that is being written. */
interface Progress {
  phase: (typeof phases)[number];
  negative: boolean;
  /** Digits written before the point, and after it. */
  whole: number;
  fraction: number;
  startsWithZero: boolean;
  /** Comparison with the lower and the upper bound of the magnitude. */
  low: Comparison;
  high: Comparison;
  remainder: number;
}

interface Range {
  low: Magnitude | undefined;
  high: Magnitude | undefined;
}

/** The magnitudes of one sign; undefined when there are none. */
function rangeOfSign(limits: NumberLimits, negative: boolean): Range | undefined {
  // A negative number is mirrored: its upper bound is the lower bound of its magnitude.
  const mirror = (bound: NumberBound | undefined): NumberBound | undefined => bound && { ...bound, value: -bound.value };
  const least = negative ? mirror(limits.most) : limits.least;
  const most = negative ? mirror(limits.least) : limits.most;
  if (most && (most.value < 0 || (most.value === 0 && most.exclusive))) return undefined;
  let low = least && least.value >= 0 ? least : undefined;
  // Zero has no minus sign.
  if (negative && (low === undefined || low.value === 0)) low = { value: 0, exclusive: true };
  return { low: low && toDigits(Math.abs(low.value), low.exclusive), high: most && toDigits(Math.abs(most.value), most.exclusive) };
}

/** Comparison with a bound once the digits before the point are complete. */
function endWhole(comparison: Comparison, digits: number, bound: Magnitude | undefined): Comparison {
  if (bound === undefined || digits === bound.whole.length) return comparison;
  return digits < bound.whole.length ? -1 : 1;
}

function isInRange(progress: Progress, { low, high }: Range): boolean {
  const rest = (comparison: Comparison, bound: Magnitude): Comparison =>
    comparison === 0 && progress.fraction < bound.fraction.length ? -1 : comparison;
  const toEnd = (comparison: Comparison, bound: Magnitude): Comparison =>
    rest(progress.phase === "whole" ? endWhole(comparison, progress.whole, bound) : comparison, bound);
  if (low) {
    const comparison = toEnd(progress.low, low);
    if (comparison < 0 || (comparison === 0 && low.exclusive)) return false;
  }
  if (!high) return true;
  const comparison = toEnd(progress.high, high);
  return comparison < 0 || (comparison === 0 && !high.exclusive);
}

function writeWholeDigit(progress: Progress, digit: number, range: Range, multiple: number): Progress | undefined {
  if (progress.startsWithZero || progress.whole >= mostDigits) return undefined;
  const compare = (before: Comparison, bound: Magnitude | undefined): Comparison => {
    if (bound === undefined) return 0;
    return progress.whole < bound.whole.length ? compareDigit(before, digit, digitAt(bound.whole, progress.whole)) : 1;
  };
  return {
    ...progress,
    phase: "whole",
    whole: progress.whole + 1,
    startsWithZero: progress.whole === 0 && digit === 0,
    low: compare(progress.low, range.low),
    high: compare(progress.high, range.high),
    remainder: (progress.remainder * 10 + digit) % multiple,
  };
}

function writeFractionDigit(progress: Progress, digit: number, range: Range): Progress | undefined {
  if (progress.whole + progress.fraction >= mostDigits) return undefined;
  const compare = (before: Comparison, bound: Magnitude | undefined): Comparison =>
    bound ? compareDigit(before, digit, digitAt(bound.fraction, progress.fraction)) : 0;
  return {
    ...progress,
    phase: "fraction",
    fraction: progress.fraction + 1,
    low: compare(progress.low, range.low),
    high: compare(progress.high, range.high),
  };
}

const exponentPhases: Partial<Record<Progress["phase"], { sign?: true; digit: Progress["phase"] }>> = {
  e: { sign: true, digit: "exponent" },
  "exponent sign": { digit: "exponent" },
  exponent: { digit: "exponent full" },
};

/** Numbers that differ in nothing that matters for what may follow have the same key. */
function keyOf(progress: Progress, range: Range): number {
  const { phase, whole, fraction, startsWithZero, low, high, remainder } = progress;
  let digits = whole;
  let compared = 0;
  if (phase === "point" || phase === "fraction") {
    const depth = Math.max(range.low?.fraction.length ?? 0, range.high?.fraction.length ?? 0);
    const isCompared = (low === 0 && range.low !== undefined) || (high === 0 && range.high !== undefined);
    digits = whole + fraction;
    compared = isCompared ? Math.min(fraction, depth) : mostDigits + 1;
  }
  const sign = progress.negative ? 1 : 0;
  const zero = startsWithZero ? 1 : 0;
  const parts = [sign, 2, zero, 2, low + 1, 3, high + 1, 3, digits, mostDigits + 1, compared, mostDigits + 2, remainder, largestMultiple];
  let key = phases.indexOf(phase);
  for (let index = 0; index < parts.length; index += 2) key = key * (parts[index + 1] as number) + (parts[index] as number);
  return key;
}

/**
 * JSON numbers within limits, written in one way each: no leading zeros, no minus zero, at most 15 digits; an exponent (of at
 * most two digits) only where there are no limits.
 * @returns undefined when there is no such number
 */
export function buildNumberAutomaton(limits: NumberLimits): ByteAutomaton | undefined {
  const multiple = limits.multipleOf ?? 1;
  const isWhole = limits.integer || limits.multipleOf !== undefined;
  const isFree = !isWhole && !limits.least && !limits.most;
  const ranges = [rangeOfSign(limits, false), rangeOfSign(limits, true)] as const;
  const rangeOf = (progress: Progress): Range => ranges[progress.negative ? 1 : 0] ?? { low: undefined, high: undefined };

  function writeDigit(progress: Progress, digit: number, range: Range): Progress | undefined {
    const exponent = exponentPhases[progress.phase];
    switch (progress.phase) {
      case "start":
        return ranges[0] && writeWholeDigit(progress, digit, range, multiple);
      case "minus":
      case "whole":
        return writeWholeDigit(progress, digit, range, multiple);
      case "point":
      case "fraction":
        return writeFractionDigit(progress, digit, range);
      default:
        return exponent && { ...progress, phase: exponent.digit };
    }
  }

  function expand(progress: Progress): { accepts: boolean; next: [character: string, progress: Progress][] } {
    const range = rangeOf(progress);
    const next: [string, Progress][] = [];
    const exponent = exponentPhases[progress.phase];
    const hasDigits = progress.phase === "whole" || progress.phase === "fraction";
    if (progress.phase === "start" && ranges[1]) next.push(["-", { ...progress, phase: "minus", negative: true }]);
    if (progress.phase === "whole" && !isWhole) {
      const low = endWhole(progress.low, progress.whole, range.low);
      next.push([".", { ...progress, phase: "point", low, high: endWhole(progress.high, progress.whole, range.high) }]);
    }
    if (hasDigits && isFree) next.push(["e", { ...progress, phase: "e", whole: 0, fraction: 0, startsWithZero: false }]);
    if (exponent?.sign) next.push(["+", { ...progress, phase: "exponent sign" }], ["-", { ...progress, phase: "exponent sign" }]);
    for (let digit = 0; digit < 10; digit += 1) {
      const after = writeDigit(progress, digit, range);
      if (after) next.push([String(digit), after]);
    }
    const isComplete = hasDigits || progress.phase === "exponent" || progress.phase === "exponent full";
    return { accepts: isComplete && progress.remainder === 0 && isInRange(progress, range), next };
  }

  const start: Progress = { phase: "start", negative: false, whole: 0, fraction: 0, startsWithZero: false, low: 0, high: 0, remainder: 0 };
  const numbers = new Map([[keyOf(start, rangeOf(start)), 0]]);
  const pending = [start];
  const drafts: ByteStateDraft[] = [];
  for (let index = 0; index < pending.length; index += 1) {
    const { accepts, next } = expand(pending[index] as Progress);
    const transitions = next.map(([character, progress]): ByteTransition => {
      const key = keyOf(progress, rangeOf(progress));
      const number = numbers.get(key) ?? pending.push(progress) - 1;
      numbers.set(key, number);
      return [character.charCodeAt(0), character.charCodeAt(0), number];
    });
    drafts.push({ accepts, transitions });
  }
  return buildByteAutomaton(drafts);
}
