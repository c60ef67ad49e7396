import type { ByteAutomaton } from "../automata/byte-automaton.ts";
import { buildLiteralAutomaton } from "../automata/literal-automaton.ts";
import { jsonTypes, type JsonType } from "./keywords.ts";
import { childPointer, type SchemaPointer, schemaError } from "./schema-error.ts";
import { isObject, neverShape, type SchemaObject, type SchemaReader } from "./schema-reader.ts";
import type { Separators, Shape } from "./shape.ts";

/** Values in values of const and enum. */
const deepestLiteral = 64;
/** Length of all values of an enum together: a quarter of a second to compile. */
const mostLiteralLength = 250_000;

/** The types that a value has: an integer is a number too. */
export function typesOf(value: unknown): readonly JsonType[] {
  if (value === null) return ["null"];
  if (Array.isArray(value)) return ["array"];
  if (typeof value === "number") return Number.isInteger(value) ? ["integer", "number"] : ["number"];
  const type = typeof value;
  return jsonTypes.filter((one) => one === type);
}

/** JSON text of a value as a grammar writes it; undefined for what JSON has no text for. */
export function writeJson(value: unknown, separators: Separators, depth = 0): string | undefined {
  if (depth > deepestLiteral) return undefined;
  if (typeof value === "string") return value.isWellFormed() ? JSON.stringify(value) : undefined;
  if (typeof value === "number") return Number.isFinite(value) ? JSON.stringify(value) : undefined;
  if (value === null || typeof value === "boolean") return String(value);
  const join = (parts: readonly (string | undefined)[]): string | undefined =>
    parts.includes(undefined) ? undefined : parts.join(separators.comma);
  if (Array.isArray(value)) {
    const items = join(value.map((item: unknown) => writeJson(item, separators, depth + 1)));
    return items === undefined ? undefined : `[${items}]`;
  }
  if (!isObject(value)) return undefined;
  const members = join(
    Object.entries(value).map(([name, member]) => {
      const text = writeJson(member, separators, depth + 1);
      return text === undefined || !name.isWellFormed() ? undefined : `${JSON.stringify(name)}${separators.colon}${text}`;
    }),
  );
  return members === undefined ? undefined : `{${members}}`;
}

/** @throws CodedError invalid_request when the vocabulary has no tokens for a text */
export function assertWritable(reader: SchemaReader, text: string, pointer: SchemaPointer, keyword: string): Uint8Array {
  const bytes = Buffer.from(text);
  const missing = bytes.find((byte) => reader.vocabulary.canWrite[byte] !== 1);
  if (missing === undefined) return bytes;
  throw schemaError(pointer, keyword, `"${keyword}" needs a character that the model's vocabulary cannot write (byte ${missing}).`);
}

function literalAutomaton(
  reader: SchemaReader,
  values: readonly unknown[],
  pointer: SchemaPointer,
  keyword: string,
): ByteAutomaton | undefined {
  let length = 0;
  const words = values.map((value, index) => {
    const text = writeJson(value, reader.separators);
    const place = keyword === "const" ? childPointer(pointer, keyword) : childPointer(pointer, keyword, index);
    if (text === undefined) {
      throw schemaError(place, keyword, `the value has no JSON text: it is too deep, no JSON value, or holds half of a surrogate pair.`);
    }
    length += text.length;
    if (length > mostLiteralLength)
      throw schemaError(pointer, keyword, `"${keyword}" has values of more than ${mostLiteralLength} characters.`);
    return assertWritable(reader, text, place, keyword);
  });
  return buildLiteralAutomaton(words);
}

/** Reads const or enum, with the types beside it (undefined: any). */
export function readLiteral(
  reader: SchemaReader,
  schema: SchemaObject,
  pointer: SchemaPointer,
  types: readonly JsonType[] | undefined,
): Shape {
  const keyword = Object.hasOwn(schema, "const") ? "const" : "enum";
  const values: unknown = keyword === "const" ? [schema["const"]] : schema["enum"];
  if (!Array.isArray(values)) throw schemaError(pointer, keyword, `"enum" is not a list.`);
  const wanted = types === undefined ? values : values.filter((value) => typesOf(value).some((type) => types.includes(type)));
  const automaton = literalAutomaton(reader, wanted, pointer, keyword);
  return automaton ? { type: "text", automaton } : neverShape(reader, pointer, `"${keyword}" allows no value`);
}

/** A shape of the literal texts given, such as true and false. */
export function literalShape(texts: readonly string[]): Shape {
  return { type: "text", automaton: buildLiteralAutomaton(texts.map((text) => Buffer.from(text))) as ByteAutomaton };
}
