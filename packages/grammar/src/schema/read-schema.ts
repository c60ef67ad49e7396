import type { PreparedVocabulary } from "../prepare-vocabulary.ts";
import { areDisjoint } from "./are-disjoint.ts";
import { annotations, assertions, jsonTypes, type JsonType, shapeKeywords, typeKeywords } from "./keywords.ts";
import { readArray } from "./read-array.ts";
import { literalShape, readLiteral } from "./read-literal.ts";
import { readNumber } from "./read-number.ts";
import { readObject } from "./read-object.ts";
import { readString } from "./read-string.ts";
import { resolveReference } from "./resolve-reference.ts";
import { childPointer, type SchemaPointer, schemaError } from "./schema-error.ts";
import { addShape, isObject, neverShape, reserveShape, type SchemaObject, type SchemaReader } from "./schema-reader.ts";
import type { Separators, Shape, ShapeSet } from "./shape.ts";

function assertKeywords(schema: SchemaObject, pointer: SchemaPointer): void {
  for (const keyword of Object.keys(schema)) {
    if (schema[keyword] === undefined || assertions.has(keyword) || annotations.has(keyword)) continue;
    throw schemaError(pointer, keyword, `"${keyword}" is not supported.`);
  }
  if (typeof schema["$id"] === "string" && pointer !== "#") {
    throw schemaError(pointer, "$id", `"$id" is supported at the top only, because it changes what references mean.`);
  }
}

function readTypes(schema: SchemaObject, pointer: SchemaPointer): readonly JsonType[] | undefined {
  const { type, nullable = false } = schema;
  if (typeof nullable !== "boolean") throw schemaError(pointer, "nullable", `"nullable" is neither true nor false.`);
  if (type === undefined) return undefined;
  const named: unknown[] = Array.isArray(type) ? type : [type];
  const unknown = named.find((one) => !jsonTypes.includes(one as JsonType));
  if (unknown !== undefined || named.length === 0) {
    throw schemaError(pointer, "type", `"type" is none of ${jsonTypes.join(", ")}: ${JSON.stringify(unknown).slice(0, 80)}.`);
  }
  const types = new Set(named as JsonType[]);
  if (types.has("number")) types.delete("integer");
  if (nullable) types.add("null");
  return [...types];
}

/** Types of a schema without "type": those that its keywords are about, or any. */
function impliedTypes(schema: SchemaObject): readonly JsonType[] {
  const types = Object.keys(typeKeywords) as (keyof typeof typeKeywords)[];
  const implied = types.filter((type) => typeKeywords[type].some((keyword) => schema[keyword] !== undefined));
  return implied.length > 0 ? implied : ["string", "number", "boolean", "null", "object", "array"];
}

function readType(reader: SchemaReader, schema: SchemaObject, pointer: SchemaPointer, type: JsonType): Shape {
  switch (type) {
    case "string":
      return readString(reader, schema, pointer);
    case "number":
    case "integer":
      return readNumber(reader, schema, pointer, type === "integer");
    case "boolean":
      return literalShape(["true", "false"]);
    case "null":
      return literalShape(["null"]);
    case "object":
      return readObject(reader, schema, pointer);
    default:
      return readArray(reader, schema, pointer);
  }
}

/** Any JSON value; within one all values are alike. */
function readAnything(reader: SchemaReader): Shape {
  const place = "any value";
  const known = reader.byPointer.get(place);
  if (known !== undefined) return { type: "either", options: [known] };
  const any = addShape(reader, { type: "never" });
  reader.byPointer.set(place, any);
  // Members and items that nobody described are any value again: this one.
  for (const child of ["additionalProperties", "items"]) reader.byPointer.set(childPointer(place, child), any);
  const options = impliedTypes({}).map((type) => addShape(reader, readType(reader, {}, place, type)));
  reader.shapes[any] = { type: "either", options };
  return { type: "either", options: [any] };
}

function readOptions(reader: SchemaReader, schema: SchemaObject, pointer: SchemaPointer, keyword: "anyOf" | "oneOf" | "allOf"): Shape {
  const options = schema[keyword];
  if (!Array.isArray(options) || options.length === 0) throw schemaError(pointer, keyword, `"${keyword}" is not a list of schemas.`);
  if (keyword === "allOf" && options.length > 1) {
    throw schemaError(pointer, keyword, `"allOf" of more than one schema is not supported; write them as one.`);
  }
  if (keyword === "oneOf" && !areDisjoint(reader.root, options, pointer)) {
    throw schemaError(
      pointer,
      keyword,
      `"oneOf" is supported where the options exclude each other by type, const or enum, or those of a required property; write "anyOf".`,
    );
  }
  return {
    type: "either",
    options: options.map((option: unknown, index) => reserveShape(reader, option, childPointer(pointer, keyword, index))),
  };
}

function readShape(reader: SchemaReader, schema: unknown, pointer: SchemaPointer): Shape {
  if (schema === true) return readAnything(reader);
  if (schema === false) return neverShape(reader, pointer, "false allows no value");
  if (!isObject(schema)) throw schemaError(pointer, "", "a schema is an object, true or false.");
  assertKeywords(schema, pointer);
  const types = readTypes(schema, pointer);
  const present = Object.keys(schema).filter((keyword) => schema[keyword] !== undefined && assertions.has(keyword));
  const keyword = shapeKeywords.find((one) => present.includes(one));
  if (keyword === undefined) {
    if (present.length === 0) return readAnything(reader);
    const wanted = types ?? impliedTypes(schema);
    if (wanted.length === 1) return readType(reader, schema, pointer, wanted[0] as JsonType);
    return { type: "either", options: wanted.map((type) => addShape(reader, readType(reader, schema, pointer, type))) };
  }
  const isLiteral = keyword === "const" || keyword === "enum";
  const beside = present.find((one) => one !== keyword && !(isLiteral && (one === "type" || one === "nullable")));
  if (beside !== undefined) {
    throw schemaError(pointer, beside, `"${beside}" beside "${keyword}" is not supported; write it inside.`);
  }
  if (keyword === "const" || keyword === "enum") return readLiteral(reader, schema, pointer, types);
  if (keyword !== "$ref") return readOptions(reader, schema, pointer, keyword);
  const target = resolveReference(reader.root, schema["$ref"], pointer);
  return { type: "either", options: [reserveShape(reader, target.schema, target.pointer)] };
}

/** What a schema was read into. */
export interface ReadSchema extends ShapeSet {
  /** Places that no value satisfies. */
  empty: readonly { pointer: SchemaPointer; reason: string }[];
}

/**
 * Reads a JSON Schema.
 * @throws CodedError invalid_request with `details` {pointer, keyword} for what is wrong or not supported
 */
export function readSchema(root: unknown, vocabulary: PreparedVocabulary, separators: Separators): ReadSchema {
  const reader: SchemaReader = { root, vocabulary, separators, shapes: [], pending: [], byPointer: new Map(), empty: [] };
  const shape = reserveShape(reader, root, "#");
  for (let next = reader.pending.pop(); next !== undefined; next = reader.pending.pop()) {
    reader.shapes[next.shape] = readShape(reader, next.schema, next.pointer);
  }
  return { shapes: reader.shapes, root: shape, empty: reader.empty };
}
