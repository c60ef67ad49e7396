/** A set of code points: `[low, high, low, high, ...]`, inclusive, ascending, with gaps between the ranges. */
export type CharacterSet = readonly number[];

/** The last code point of Unicode. */
export const lastCodePoint = 0x10_ff_ff;

/** Every code point that may stand in a text: all but the halves of surrogate pairs. */
export const everyCharacter: CharacterSet = [0, 0xd7_ff, 0xe0_00, lastCodePoint];

/** The union of ranges in any order, overlapping or not. */
export function toCharacterSet(ranges: readonly (readonly [low: number, high: number])[]): CharacterSet {
  const sorted = ranges.filter(([low, high]) => low <= high).toSorted((a, b) => a[0] - b[0]);
  const set: number[] = [];
  for (const [low, high] of sorted) {
    const lastHigh = set.at(-1);
    if (lastHigh !== undefined && low <= lastHigh + 1) set[set.length - 1] = Math.max(lastHigh, high);
    else set.push(low, high);
  }
  return set;
}

/** The ranges of a set as pairs. */
export function toRanges(set: CharacterSet): [low: number, high: number][] {
  const ranges: [number, number][] = [];
  for (let index = 0; index < set.length; index += 2) ranges.push([set[index] as number, set[index + 1] as number]);
  return ranges;
}

/** Every code point that is not in the set. */
export function complementOf(set: CharacterSet): CharacterSet {
  const ranges: [number, number][] = [];
  let next = 0;
  for (const [low, high] of toRanges(set)) {
    if (low > next) ranges.push([next, low - 1]);
    next = high + 1;
  }
  if (next <= lastCodePoint) ranges.push([next, lastCodePoint]);
  return toCharacterSet(ranges);
}

/** The code points that are in both sets. */
export function intersectSets(a: CharacterSet, b: CharacterSet): CharacterSet {
  const ranges: [number, number][] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const low = Math.max(a[i] as number, b[j] as number);
    const high = Math.min(a[i + 1] as number, b[j + 1] as number);
    if (low <= high) ranges.push([low, high]);
    if ((a[i + 1] as number) < (b[j + 1] as number)) i += 2;
    else j += 2;
  }
  return toCharacterSet(ranges);
}
