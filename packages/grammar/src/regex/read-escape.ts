import { type CharacterSet, complementOf, toCharacterSet } from "../automata/character-set.ts";
import { RegexProblem } from "./regex-node.ts";

const digits = toCharacterSet([[0x30, 0x39]]);
const wordCharacters = toCharacterSet([
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
]);
/** ECMA-262: WhiteSpace and LineTerminator. */
const whiteSpace = toCharacterSet([
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x16_80, 0x16_80],
  [0x20_00, 0x20_0a],
  [0x20_28, 0x20_29],
  [0x20_2f, 0x20_2f],
  [0x20_5f, 0x20_5f],
  [0x30_00, 0x30_00],
  [0xfe_ff, 0xfe_ff],
]);

const classEscapes: Readonly<Record<string, CharacterSet>> = {
  d: digits,
  D: complementOf(digits),
  w: wordCharacters,
  W: complementOf(wordCharacters),
  s: whiteSpace,
  S: complementOf(whiteSpace),
};
const controlEscapes: Readonly<Record<string, number>> = { t: 0x09, n: 0x0a, v: 0x0b, f: 0x0c, r: 0x0d };
const refused: Readonly<Record<string, string>> = {
  b: "the word boundary \\b",
  B: "the word boundary \\B",
  k: "the backreference \\k",
  p: "the Unicode property \\p",
  P: "the Unicode property \\P",
};

/** An escape: a single code point, or a set such as \d. `length` counts what follows the backslash. */
export interface RegexEscape {
  codePoint?: number;
  set?: CharacterSet;
  length: number;
}

const hexForms = [/^x([0-9a-f]{2})/i, /^u\{([0-9a-f]{1,6})\}/i, /^u([0-9a-f]{4})/i];
const surrogatePair = /^u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})/i;

/**
 * Reads what follows a backslash (ECMA-262 with the u flag).
 * @param rest the pattern from behind the backslash
 * @throws RegexProblem
 */
export function readEscape(rest: string, inClass: boolean): RegexEscape {
  const first = rest[0];
  if (first === undefined) throw new RegexProblem("a backslash ends the pattern");
  const set = Object.hasOwn(classEscapes, first) ? classEscapes[first] : undefined;
  if (set) return { set, length: 1 };
  if (Object.hasOwn(controlEscapes, first)) return { codePoint: controlEscapes[first] as number, length: 1 };
  if (inClass && first === "b") return { codePoint: 0x08, length: 1 };
  if (Object.hasOwn(refused, first)) throw new RegexProblem(`${refused[first]} is not supported`);
  if (first === "0" && !/^0\d/.test(rest)) return { codePoint: 0, length: 1 };
  if (/^\d/.test(rest)) throw new RegexProblem(`the backreference \\${first} is not supported`);
  const control = /^c([a-z])/i.exec(rest);
  if (control) return { codePoint: (control[1] as string).charCodeAt(0) % 32, length: 2 };
  const pair = surrogatePair.exec(rest);
  if (pair) {
    const [high, low] = [Number.parseInt(pair[1] as string, 16), Number.parseInt(pair[2] as string, 16)];
    return { codePoint: 0x1_00_00 + ((high - 0xd8_00) << 10) + (low - 0xdc_00), length: pair[0].length };
  }
  for (const form of hexForms) {
    const match = form.exec(rest);
    if (match) return { codePoint: Number.parseInt(match[1] as string, 16), length: match[0].length };
  }
  if (/^[-^$\\.*+?()[\]{}|/]/.test(first)) return { codePoint: first.charCodeAt(0), length: 1 };
  throw new RegexProblem(`\\${first} is no escape`);
}
