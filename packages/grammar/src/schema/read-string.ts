import type { ByteAutomaton } from "../automata/byte-automaton.ts";
import { AutomatonTooLarge, type CharacterAutomaton, intersectAutomata, limitLength } from "../automata/character-automaton.ts";
import { encodeCharacters } from "../automata/encode-characters.ts";
import type { PreparedVocabulary } from "../prepare-vocabulary.ts";
import { parseRegex } from "../regex/parse-regex.ts";
import { buildRegexAutomaton, type RegexMode } from "../regex/regex-automaton.ts";
import { RegexProblem } from "../regex/regex-node.ts";
import { formatPatterns } from "./formats.ts";
import { type SchemaPointer, schemaError } from "./schema-error.ts";
import { neverShape, readCount, type SchemaObject, type SchemaReader } from "./schema-reader.ts";
import type { Shape } from "./shape.ts";

function buildPattern(vocabulary: PreparedVocabulary, pattern: string, mode: RegexMode): CharacterAutomaton {
  return buildRegexAutomaton(parseRegex(pattern), mode, vocabulary.jsonCharacters);
}

/** Formats without limits, per vocabulary: their masks are shared by all grammars then. */
const knownFormats = new WeakMap<PreparedVocabulary, Map<string, ByteAutomaton | undefined>>();

function formatAutomaton(vocabulary: PreparedVocabulary, format: string): ByteAutomaton | undefined {
  const known = knownFormats.get(vocabulary) ?? new Map<string, ByteAutomaton | undefined>();
  knownFormats.set(vocabulary, known);
  if (!known.has(format)) known.set(format, encodeCharacters(buildPattern(vocabulary, formatPatterns[format] as string, "whole"), "json"));
  return known.get(format);
}

function buildText(reader: SchemaReader, schema: SchemaObject, least: number, most: number): ByteAutomaton | undefined {
  const { pattern, format } = schema;
  const { vocabulary } = reader;
  const isFree = least === 0 && most === Infinity;
  if (pattern === undefined && isFree) return formatAutomaton(vocabulary, format as string);
  const parts: CharacterAutomaton[] = [];
  if (pattern !== undefined) parts.push(buildPattern(vocabulary, pattern as string, "search"));
  if (format !== undefined) parts.push(buildPattern(vocabulary, formatPatterns[format as string] as string, "whole"));
  const both = parts.reduce((one, other) => intersectAutomata(one, other));
  return encodeCharacters(isFree ? both : limitLength(both, least, most), "json");
}

/** Reads a string. */
export function readString(reader: SchemaReader, schema: SchemaObject, pointer: SchemaPointer): Shape {
  const least = readCount(schema, pointer, "minLength", 0);
  const most = readCount(schema, pointer, "maxLength", Infinity);
  const { pattern, format } = schema;
  if (pattern !== undefined && typeof pattern !== "string") throw schemaError(pointer, "pattern", `"pattern" is not a text.`);
  if (format !== undefined && (typeof format !== "string" || !Object.hasOwn(formatPatterns, format))) {
    const names = Object.keys(formatPatterns).join(", ");
    throw schemaError(pointer, "format", `the format ${JSON.stringify(format)} is not supported; ${names} are.`);
  }
  if (least > most) return neverShape(reader, pointer, '"minLength" is more than "maxLength"');
  if (pattern === undefined && format === undefined) return { type: "string", least, most };
  try {
    const automaton = buildText(reader, schema, least, most);
    return automaton ? { type: "pattern", automaton } : neverShape(reader, pointer, "no text satisfies its pattern, format and lengths");
  } catch (error) {
    if (error instanceof RegexProblem) throw schemaError(pointer, "pattern", `"pattern" cannot be used: ${error.message}.`);
    if (error instanceof AutomatonTooLarge) {
      throw schemaError(pointer, "pattern", `the pattern, together with its lengths and format, is too complex.`);
    }
    throw error;
  }
}
