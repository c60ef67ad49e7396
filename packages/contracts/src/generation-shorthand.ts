/**
 * The original client's way to say what an object has in it: {title: "string", pros: "string[]"}. Objects may lie in
 * each other, and a list of one of them means a list of such objects.
 */

const words = ["string", "number", "integer", "boolean"] as const;
const pattern = new RegExp(`^(?:${words.join("|")})(?:\\[\\])?\\??$`);

/** Keywords of JSON Schema that hold schemas: where one of them holds more than a word, nothing here is shorthand. */
const holders = new Set([
  "properties",
  "patternProperties",
  "$defs",
  "definitions",
  "items",
  "prefixItems",
  "anyOf",
  "oneOf",
  "allOf",
  "not",
]);

type Schema = Record<string, unknown>;

/**
 * Whether a value is the shorthand and no JSON Schema. {type: "string"} alone is a JSON Schema; with other fields beside it,
 * all of which are types, it describes an object with a field called type.
 */
export function isSchemaShorthand(value: unknown): value is Schema {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const names = Object.keys(value);
  if (names.length === 0 || (names.length === 1 && names[0] === "type")) return false;
  return hasShorthandFields(value);
}

function hasShorthandFields(value: object): boolean {
  return Object.entries(value).every(([name, field]) => isFieldShorthand(field) && !(holders.has(name) && typeof field !== "string"));
}

function isFieldShorthand(value: unknown): boolean {
  if (typeof value === "string") return pattern.test(value);
  if (Array.isArray(value)) return value.length === 1 && isFieldShorthand(value[0]);
  return typeof value === "object" && value !== null && Object.keys(value).length > 0 && hasShorthandFields(value);
}

/** The JSON Schema that a shorthand stands for; a JSON Schema comes back as it is. A `?` at the end makes a field optional. */
export function toJsonSchema(value: Schema): Schema {
  return isSchemaShorthand(value) ? toObjectSchema(value) : value;
}

function toObjectSchema(fields: Schema): Schema {
  const entries = Object.entries(fields);
  return {
    type: "object",
    properties: Object.fromEntries(entries.map(([name, field]) => [name, toFieldSchema(field)])),
    required: entries.filter(([, field]) => typeof field !== "string" || !field.endsWith("?")).map(([name]) => name),
    additionalProperties: false,
  };
}

function toFieldSchema(field: unknown): Schema {
  if (Array.isArray(field)) return { type: "array", items: toFieldSchema(field[0]) };
  if (typeof field !== "string") return toObjectSchema(field as Schema);
  const word = field.replace("?", "");
  return word.endsWith("[]") ? { type: "array", items: { type: word.slice(0, -2) } } : { type: word };
}
