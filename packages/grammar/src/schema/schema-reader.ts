import type { PreparedVocabulary } from "../prepare-vocabulary.ts";
import { type SchemaPointer, schemaError } from "./schema-error.ts";
import type { Separators, Shape } from "./shape.ts";

/** A JSON Schema object; its keywords are checked where they are read. */
export type SchemaObject = Readonly<Record<string, unknown>>;

/** Schemas within a schema, `$ref` counted once per target. */
const mostShapes = 10_000;

/** Length of a place: about 300 schemas within each other. Longer ones would cost more memory than the schemas. */
const longestPointer = 4096;

/** What reading a schema needs and collects. */
export interface SchemaReader {
  root: unknown;
  vocabulary: PreparedVocabulary;
  separators: Separators;
  shapes: Shape[];
  /** Schemas that are yet to be read into their reserved shapes: no recursion, so that depth is no danger. */
  pending: { schema: unknown; pointer: SchemaPointer; shape: number }[];
  /** Shapes by the place of their schema. */
  byPointer: Map<SchemaPointer, number>;
  /** Places that no value satisfies, and why: for the message when that makes the whole schema empty. */
  empty: { pointer: SchemaPointer; reason: string }[];
}

/** True for a plain JSON object. */
export function isObject(value: unknown): value is SchemaObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Adds a finished shape. */
export function addShape(reader: SchemaReader, shape: Shape): number {
  return reader.shapes.push(shape) - 1;
}

/** The shape of the schema at `pointer`; it is read later when it is met for the first time. */
export function reserveShape(reader: SchemaReader, schema: unknown, pointer: SchemaPointer): number {
  const known = reader.byPointer.get(pointer);
  if (known !== undefined) return known;
  if (reader.byPointer.size >= mostShapes) throw schemaError(pointer, "", `it holds more than ${mostShapes} schemas.`);
  if (pointer.length > longestPointer) {
    throw schemaError(`${pointer.slice(0, 200)}...`, "", "it is nested too deeply, or has names that are too long.");
  }
  const shape = addShape(reader, { type: "never" });
  reader.byPointer.set(pointer, shape);
  reader.pending.push({ schema, pointer, shape });
  return shape;
}

/** A shape that no value has, with the reason. */
export function neverShape(reader: SchemaReader, pointer: SchemaPointer, reason: string): Shape {
  reader.empty.push({ pointer, reason });
  return { type: "never" };
}

/** The non-negative integer of a keyword, e.g. maxLength; `absent` when it is not there. */
export function readCount(schema: SchemaObject, pointer: SchemaPointer, keyword: string, absent: number): number {
  const value = schema[keyword];
  if (value === undefined) return absent;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0) {
    throw schemaError(pointer, keyword, `"${keyword}" is not a whole number of at least 0.`);
  }
  return value;
}
