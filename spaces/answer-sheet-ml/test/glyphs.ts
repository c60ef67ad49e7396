/**
 * Characters that a reader of a few numbers can read: each is two dark bars out of nine heights. They stand in for
 * handwriting where a test is about everything around the reading.
 */
export const characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
export const bandCount = 9;

const pairs = Array.from({ length: bandCount }, (_, first) =>
  Array.from({ length: bandCount - first - 1 }, (_unused, offset) => [first, first + offset + 1] as const),
).flat();

/** Heights of a character's two bars. */
export function bandsOf(character: string): readonly [number, number] {
  return pairs[characters.indexOf(character)] as readonly [number, number];
}
