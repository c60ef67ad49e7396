import type { ArrayShape, ObjectShape, Separators, Shape } from "./shape.ts";

/** Bytes of a member's name with quotes and colon. */
export function nameBytes(name: string, separators: Separators): number {
  return Buffer.byteLength(JSON.stringify(name)) + separators.colon.length;
}

/** Bytes of the items from `index` on that a value with `least` more items must have, without brackets and commas. */
export function leastItemBytes(shape: ArrayShape, index: number, least: number, bytesOf: readonly number[]): number {
  let bytes = 0;
  let missing = least;
  for (let at = index; missing > 0 && at < shape.first.length; at += 1, missing -= 1) bytes += bytesOf[shape.first[at] as number] as number;
  if (missing <= 0) return bytes;
  return shape.others === undefined ? Infinity : bytes + missing * (bytesOf[shape.others] as number);
}

function leastObjectBytes(shape: ObjectShape, bytesOf: readonly number[], separators: Separators): number {
  const required = shape.members.filter((member) => member.required);
  const commas = Math.max(0, required.length - 1) * separators.comma.length;
  return required.reduce((sum, member) => sum + nameBytes(member.name, separators) + (bytesOf[member.shape] as number), 2 + commas);
}

function measure(shape: Shape, bytesOf: readonly number[], separators: Separators): number {
  switch (shape.type) {
    case "never":
      return Infinity;
    case "either":
      return shape.options.reduce((least, option) => Math.min(least, bytesOf[option] as number), Infinity);
    case "text":
      return shape.automaton.leastBytes[0] as number;
    case "pattern":
      return 1 + (shape.automaton.leastBytes[0] as number);
    case "string":
      return shape.least > shape.most ? Infinity : 2 + shape.least;
    case "object":
      return leastObjectBytes(shape, bytesOf, separators);
    default:
      if (shape.least > shape.most) return Infinity;
      return 2 + Math.max(0, shape.least - 1) * separators.comma.length + leastItemBytes(shape, 0, shape.least, bytesOf);
  }
}

function referencesOf(shape: Shape): readonly number[] {
  switch (shape.type) {
    case "either":
      return shape.options;
    case "object":
      return shape.members.map((member) => member.shape);
    case "array":
      return shape.others === undefined ? shape.first : [...shape.first, shape.others];
    default:
      return [];
  }
}

/**
 * Bytes of the shortest value of each shape; Infinity for a shape that no finite value has. The smallest solution of the
 * equations between the shapes: a shape is measured again whenever one that it refers to has become shorter.
 */
export function measureShapes(shapes: readonly Shape[], separators: Separators): number[] {
  const users: number[][] = shapes.map(() => []);
  for (const [number, shape] of shapes.entries()) for (const target of referencesOf(shape)) users[target]?.push(number);
  const bytesOf = shapes.map(() => Infinity);
  // Shapes refer mostly to later ones, so backwards most are right at once.
  const queue = shapes.map((_, number) => number).toReversed();
  const isQueued = new Uint8Array(shapes.length).fill(1);
  for (const number of queue) {
    isQueued[number] = 0;
    const bytes = measure(shapes[number] as Shape, bytesOf, separators);
    if (bytes >= (bytesOf[number] as number)) continue;
    bytesOf[number] = bytes;
    for (const user of users[number] as number[]) {
      if (isQueued[user] === 1) continue;
      isQueued[user] = 1;
      queue.push(user);
    }
  }
  return bytesOf;
}
