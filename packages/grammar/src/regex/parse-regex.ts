import { type CharacterSet, complementOf, toCharacterSet, toRanges } from "../automata/character-set.ts";
import { readEscape } from "./read-escape.ts";
import { type RegexNode, RegexProblem } from "./regex-node.ts";

/** Longest pattern, UTF-16 units. */
const longestPattern = 4096;
/** Groups within groups. */
const deepestGroup = 64;

/** ECMA-262: a dot is anything but a line terminator. */
const dot = complementOf(
  toCharacterSet([
    [0x0a, 0x0a],
    [0x0d, 0x0d],
    [0x20_28, 0x20_29],
  ]),
);

interface Reader {
  pattern: string;
  position: number;
  depth: number;
}

const peek = (reader: Reader): string | undefined => reader.pattern[reader.position];
const restOf = (reader: Reader): string => reader.pattern.slice(reader.position);

function takeIf(reader: Reader, text: string): boolean {
  if (!reader.pattern.startsWith(text, reader.position)) return false;
  reader.position += text.length;
  return true;
}

function takeCodePoint(reader: Reader): number {
  const codePoint = reader.pattern.codePointAt(reader.position) as number;
  reader.position += codePoint > 0xff_ff ? 2 : 1;
  return codePoint;
}

/** One member of a class: a code point, or a set such as \d. */
function readClassAtom(reader: Reader): number | CharacterSet {
  if (!takeIf(reader, "\\")) return takeCodePoint(reader);
  const escape = readEscape(restOf(reader), true);
  reader.position += escape.length;
  return escape.set ?? (escape.codePoint as number);
}

/** Reads a class from behind its opening bracket. */
function readClass(reader: Reader): RegexNode {
  const isNegated = takeIf(reader, "^");
  const ranges: [number, number][] = [];
  while (!takeIf(reader, "]")) {
    if (peek(reader) === undefined) throw new RegexProblem("a class [ is not closed");
    const low = readClassAtom(reader);
    const isRange =
      peek(reader) === "-" && reader.pattern[reader.position + 1] !== "]" && reader.pattern[reader.position + 1] !== undefined;
    if (typeof low !== "number") {
      if (isRange) throw new RegexProblem("a range in a class begins with a set");
      ranges.push(...toRanges(low));
    } else if (isRange) {
      reader.position += 1;
      const high = readClassAtom(reader);
      if (typeof high !== "number" || high < low) throw new RegexProblem("a range in a class is out of order");
      ranges.push([low, high]);
    } else {
      ranges.push([low, low]);
    }
  }
  const set = toCharacterSet(ranges);
  return { type: "set", set: isNegated ? complementOf(set) : set };
}

const lookarounds = ["?=", "?!", "?<=", "?<!"];

/** Reads a group from behind its opening parenthesis. */
function readGroup(reader: Reader): RegexNode {
  if (lookarounds.some((sign) => reader.pattern.startsWith(sign, reader.position))) {
    throw new RegexProblem("lookahead and lookbehind are not supported");
  }
  if (peek(reader) === "?") {
    const opening = /^\?(?::|<[\p{ID_Start}$_][\p{ID_Continue}$]*>)/u.exec(restOf(reader));
    if (!opening) throw new RegexProblem("the kind of group (? is not supported");
    reader.position += opening[0].length;
  }
  reader.depth += 1;
  if (reader.depth > deepestGroup) throw new RegexProblem(`groups are nested deeper than ${deepestGroup}`);
  const inside = readEither(reader);
  if (!takeIf(reader, ")")) throw new RegexProblem("a group ( is not closed");
  reader.depth -= 1;
  return inside;
}

function readAtom(reader: Reader): RegexNode {
  if (takeIf(reader, "(")) return readGroup(reader);
  if (takeIf(reader, "[")) return readClass(reader);
  if (takeIf(reader, ".")) return { type: "set", set: dot };
  if (takeIf(reader, "^")) return { type: "start" };
  if (takeIf(reader, "$")) return { type: "end" };
  if (takeIf(reader, "\\")) {
    const escape = readEscape(restOf(reader), false);
    reader.position += escape.length;
    const point = escape.codePoint as number;
    return { type: "set", set: escape.set ?? [point, point] };
  }
  const character = peek(reader) as string;
  if ("*+?{}]".includes(character)) throw new RegexProblem(`"${character}" has nothing to repeat or to close`);
  const point = takeCodePoint(reader);
  return { type: "set", set: [point, point] };
}

function readRepetition(reader: Reader, part: RegexNode, isAnchor: boolean): RegexNode {
  const match = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})/.exec(restOf(reader));
  if (!match) return part;
  if (isAnchor) throw new RegexProblem("^ and $ cannot be repeated");
  reader.position += match[0].length;
  takeIf(reader, "?"); // Fewest first is about which match is found, not about what matches.
  const sign = match[0][0];
  if (sign === "*") return { type: "repeat", part, least: 0, most: Infinity };
  if (sign === "+") return { type: "repeat", part, least: 1, most: Infinity };
  if (sign === "?") return { type: "repeat", part, least: 0, most: 1 };
  const least = Number(match[1]);
  const most = match[3] ? Number(match[3]) : match[2] ? Infinity : least;
  if (most < least) throw new RegexProblem(`the repetition ${match[0]} is out of order`);
  return { type: "repeat", part, least, most };
}

function readSequence(reader: Reader): RegexNode {
  const parts: RegexNode[] = [];
  for (let next = peek(reader); next !== undefined && next !== "|" && next !== ")"; next = peek(reader)) {
    const part = readRepetition(reader, readAtom(reader), next === "^" || next === "$");
    if (peek(reader) !== undefined && "*+?{".includes(peek(reader) as string)) throw new RegexProblem("a repetition is repeated");
    parts.push(part);
  }
  return parts.length === 1 ? (parts[0] as RegexNode) : { type: "sequence", parts };
}

function readEither(reader: Reader): RegexNode {
  const options = [readSequence(reader)];
  while (takeIf(reader, "|")) options.push(readSequence(reader));
  return options.length === 1 ? (options[0] as RegexNode) : { type: "either", options };
}

/**
 * Reads a regular expression: ECMA-262 with the u flag, without lookaround, backreferences, word boundaries and \p.
 * @throws RegexProblem
 */
export function parseRegex(pattern: string): RegexNode {
  if (pattern.length > longestPattern) throw new RegexProblem(`the pattern is longer than ${longestPattern}`);
  const reader: Reader = { pattern, position: 0, depth: 0 };
  const node = readEither(reader);
  if (reader.position < pattern.length) throw new RegexProblem('")" closes no group');
  return node;
}
