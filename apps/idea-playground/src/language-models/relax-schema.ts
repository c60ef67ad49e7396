import type { JsonSchema } from "./answer-schema.ts";

/** Keywords without which a schema says less, but nothing else. What they say is checked when the answer is there. */
const limits = new Set([
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "pattern",
  "format",
  "minItems",
  "maxItems",
  "uniqueItems",
  "contains",
  "minContains",
  "maxContains",
  "minProperties",
  "maxProperties",
  "propertyNames",
  "patternProperties",
  "dependentRequired",
  "dependentSchemas",
  "not",
  "if",
  "then",
  "else",
  "contentEncoding",
  "contentMediaType",
]);

/** Keywords whose values are schemas by name; the names are no keywords. */
const named = new Set(["properties", "$defs", "definitions", "patternProperties", "dependentSchemas"]);
/** Keywords whose values are data. */
const data = new Set(["const", "enum", "default", "examples", "required"]);

function strip(schema: unknown, keyword: string): unknown {
  if (Array.isArray(schema)) return schema.map((item) => strip(item, keyword));
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema).filter(([name]) => name !== keyword);
  return Object.fromEntries(entries.map(([name, value]) => [name, stripValue(name, value, keyword)]));
}

function stripValue(name: string, value: unknown, keyword: string): unknown {
  if (data.has(name) || typeof value !== "object" || value === null) return value;
  if (!named.has(name) || Array.isArray(value)) return strip(value, keyword);
  return Object.fromEntries(Object.entries(value).map(([own, schema]) => [own, strip(schema, keyword)]));
}

/** The schema without a keyword that a server cannot enforce; undefined where without it the schema would say something else. */
export function relaxSchema(schema: JsonSchema, keyword: unknown): JsonSchema | undefined {
  if (typeof keyword !== "string" || !limits.has(keyword)) return undefined;
  return strip(schema, keyword) as JsonSchema;
}
