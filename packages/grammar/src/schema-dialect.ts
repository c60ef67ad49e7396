import { annotations, assertions, jsonTypes } from "./schema/keywords.ts";
import { childPointer, schemaError } from "./schema/schema-error.ts";
import { isObject } from "./schema/schema-reader.ts";

/**
 * The short way of writing a schema: a name of a type for each field. `"string[]"` is a list of strings, a nested object an
 * object, a list with one type in it a list of those: `{ title: "string", pros: "string[]", steps: [{ name: "string" }] }`.
 */
export interface SchemaDialect {
  readonly [field: string]: FieldType;
}

/** The type of a field of a {@link SchemaDialect}. */
export type FieldType = ScalarType | `${ScalarType}[]` | SchemaDialect | readonly [FieldType];

type ScalarType = (typeof scalarTypes)[number];

const scalarTypes = ["string", "number", "integer", "boolean"] as const;
/** Objects within objects. */
const deepestField = 32;

const isScalar = (value: unknown): value is ScalarType => scalarTypes.includes(value as ScalarType);
const isList = (value: unknown): value is string => typeof value === "string" && value.endsWith("[]") && isScalar(value.slice(0, -2));

/** Every key is a keyword, and "type" has a type of JSON Schema: then it is one, although it reads as the short way too. */
function isJsonSchema(value: Readonly<Record<string, unknown>>): boolean {
  const isKnown = Object.keys(value).every((key) => assertions.has(key) || annotations.has(key));
  return isKnown && jsonTypes.some((type) => type === value["type"]);
}

function isFieldType(value: unknown, depth: number): boolean {
  if (isScalar(value) || isList(value)) return true;
  if (depth > deepestField) return false;
  if (Array.isArray(value)) return value.length === 1 && isFieldType(value[0], depth + 1);
  if (!isObject(value) || isJsonSchema(value)) return false;
  const fields = Object.values(value);
  return fields.length > 0 && fields.every((field) => isFieldType(field, depth + 1));
}

/**
 * True when a value is written in the short way. `{ type: "string" }`, which could be both, counts as JSON Schema; `{ title:
 * "string" }`, which as JSON Schema would only be a title, counts as the short way.
 */
export function isSchemaDialect(value: unknown): value is SchemaDialect {
  return isObject(value) && isFieldType(value, 0);
}

function toFieldSchema(type: unknown, pointer: string, depth: number): Record<string, unknown> {
  if (isScalar(type)) return { type };
  if (isList(type)) return { type: "array", items: { type: type.slice(0, -2) } };
  if (depth > deepestField) throw schemaError(pointer, "", "fields are nested too deeply.");
  if (Array.isArray(type) && type.length === 1)
    return { type: "array", items: toFieldSchema(type[0], childPointer(pointer, 0), depth + 1) };
  if (!isObject(type) || Object.keys(type).length === 0) {
    throw schemaError(pointer, "", `a field's type is one of ${scalarTypes.join(", ")}, one of these with [], or an object of fields.`);
  }
  const fields = Object.entries(type).map(([name, field]) => [name, toFieldSchema(field, childPointer(pointer, name), depth + 1)] as const);
  return { type: "object", properties: Object.fromEntries(fields), required: Object.keys(type), additionalProperties: false };
}

/**
 * The JSON Schema of a schema in the short way: every field is required, in its order, and there are no others.
 * @throws CodedError invalid_request with `details.pointer` for a field that is none of the types
 */
export function toJsonSchema(dialect: SchemaDialect): Record<string, unknown> {
  return toFieldSchema(dialect, "#", 0);
}
