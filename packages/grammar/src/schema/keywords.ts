/** The types of JSON Schema. */
export const jsonTypes = ["string", "number", "integer", "boolean", "null", "object", "array"] as const;

/** One of {@link jsonTypes}. */
export type JsonType = (typeof jsonTypes)[number];

/** Keywords that limit values of one type. */
export const typeKeywords = {
  string: ["minLength", "maxLength", "pattern", "format"],
  number: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  object: ["properties", "required", "additionalProperties", "minProperties", "maxProperties"],
  array: ["items", "prefixItems", "minItems", "maxItems", "uniqueItems"],
} as const satisfies Partial<Record<JsonType, readonly string[]>>;

/** Keywords of which a schema has one, and hardly anything beside it. */
export const shapeKeywords = ["$ref", "const", "enum", "anyOf", "oneOf", "allOf"] as const;

/** Keywords that say nothing about which values are valid. */
export const annotations: ReadonlySet<string> = new Set(
  [
    "$schema $id $comment $defs definitions $anchor id",
    "title description default examples deprecated readOnly writeOnly contentEncoding contentMediaType",
  ].flatMap((line) => line.split(" ")),
);

/** Every keyword that limits values and is supported. */
export const assertions: ReadonlySet<string> = new Set(["type", "nullable", ...shapeKeywords, ...Object.values(typeKeywords).flat()]);
