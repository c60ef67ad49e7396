/**
 * Patterns of codes and numbers, e.g. `[0-9]{12}` or `\d{2}[A-Z]{2}\d{3}|[A-Z]{3}\d{3}`: the part of regular expressions
 * in which a text has a bounded length and every position a set of characters. They come from requests, so they are never
 * run as regular expressions, whose matching may take exponential time; here it is a walk over characters and positions.
 */
import { CodedError } from "./coded-error.ts";

/** Longest pattern, characters. */
export const maxPatternLength = 200;
/** Longest text a pattern may match, characters. */
export const maxPatternTextLength = 32;

/** A run of characters of one set. */
export interface PatternPart {
  characters: ReadonlySet<string>;
  min: number;
  max: number;
}

/** A parsed pattern: a text matches when its whole matches one of the alternatives. */
export interface FieldPattern {
  source: string;
  alternatives: readonly (readonly PatternPart[])[];
}

const digits = "0123456789";
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/**
 * Reads a pattern: characters 0-9 and A-Z, `[...]` with ranges, `\d`, `.` (any of them), `{n}`, `{n,m}`, `?`, `|`; `^` and
 * `$` around an alternative are allowed and mean nothing, since the whole text is compared. Lower case is upper case.
 * @throws CodedError invalid_request that says what is not understood
 */
export function parseFieldPattern(source: string): FieldPattern {
  if (source.length > maxPatternLength) throw wrong(source, `it is longer than ${maxPatternLength} characters`);
  const alternatives = source.split("|").map((part) => parseAlternative(part.trim().replace(/^\^/, "").replace(/\$$/, ""), source));
  return { source, alternatives };
}

/** Whether the whole of `text` has the form of `pattern`. */
export function matchesPattern(pattern: FieldPattern, text: string): boolean {
  return pattern.alternatives.some((parts) => matchesParts(parts, text));
}

/** Whether `text` is the beginning of something of the form of `pattern`, or the whole of it. */
export function isPatternPrefix(pattern: FieldPattern, text: string): boolean {
  return pattern.alternatives.some((parts) => beginsParts(parts, text));
}

function beginsParts(parts: readonly PatternPart[], text: string): boolean {
  let reached = new Set([0]);
  for (const { characters, min, max } of parts) {
    const next = new Set<number>();
    for (const start of reached) {
      for (let length = 0; length <= max; length += 1) {
        if (start + length === text.length) return true;
        if (length >= min) next.add(start + length);
        if (!characters.has(text.charAt(start + length))) break;
      }
    }
    reached = next;
  }
  return reached.has(text.length);
}

function matchesParts(parts: readonly PatternPart[], text: string): boolean {
  // Positions of the text that may be reached after the parts so far.
  let reached = new Set([0]);
  for (const { characters, min, max } of parts) {
    const next = new Set<number>();
    for (const start of reached) {
      for (let length = 0; length <= max && start + length <= text.length; length += 1) {
        if (length >= min) next.add(start + length);
        if (!characters.has(text.charAt(start + length))) break;
      }
    }
    reached = next;
  }
  return reached.has(text.length);
}

const token = /\[([^\]\\]*)\]|\\(d)|([0-9A-Za-z.])/y;
const quantifier = /\{(\d{1,2})(?:,(\d{1,2}))?\}|(\?)/y;

function parseAlternative(text: string, source: string): PatternPart[] {
  const parts: PatternPart[] = [];
  let position = 0;
  while (position < text.length) {
    token.lastIndex = position;
    const found = token.exec(text);
    if (found === null) throw wrong(source, `"${text.slice(position, position + 10)}" is not understood`);
    position = token.lastIndex;
    quantifier.lastIndex = position;
    const times = quantifier.exec(text);
    if (times !== null) position = quantifier.lastIndex;
    parts.push({ characters: toCharacters(found, source), ...toTimes(times) });
  }
  const longest = parts.reduce((sum, part) => sum + part.max, 0);
  if (longest === 0) throw wrong(source, "it matches nothing");
  if (longest > maxPatternTextLength) throw wrong(source, `it matches more than ${maxPatternTextLength} characters`);
  if (parts.some(({ min, max }) => min > max)) throw wrong(source, "a range {n,m} is the wrong way round");
  return parts;
}

function toTimes(found: RegExpExecArray | null): { min: number; max: number } {
  if (found === null) return { min: 1, max: 1 };
  const [, min, max, optional] = found;
  if (optional !== undefined) return { min: 0, max: 1 };
  return { min: Number(min), max: Number(max ?? min) };
}

function toCharacters([, set, digit, single]: RegExpExecArray, source: string): ReadonlySet<string> {
  if (digit !== undefined) return new Set(digits);
  if (single === ".") return new Set(digits + letters);
  if (single !== undefined) return new Set(single.toUpperCase());
  const characters = new Set<string>();
  const pieces = (set as string).toUpperCase().match(/[0-9A-Z]-[0-9A-Z]|[0-9A-Z]/g) ?? [];
  if (pieces.join("") !== (set as string).toUpperCase() || pieces.length === 0) throw wrong(source, `[${set}] is not understood`);
  for (const piece of pieces) {
    const [first, last] = [piece.charCodeAt(0), piece.charCodeAt(piece.length - 1)];
    for (let code = first; code <= last; code += 1) {
      const character = String.fromCharCode(code);
      if ((digits + letters).includes(character)) characters.add(character);
    }
  }
  if (characters.size === 0) throw wrong(source, `[${set}] is empty`);
  return characters;
}

function wrong(source: string, reason: string): CodedError {
  return new CodedError(
    "invalid_request",
    `The pattern "${source.slice(0, 60)}" cannot be used: ${reason}. Use characters, [A-Z0-9], \\d, {n}, {n,m}, ? and |, e.g. \\d{2}[A-Z]{2}\\d{3}.`,
  );
}
