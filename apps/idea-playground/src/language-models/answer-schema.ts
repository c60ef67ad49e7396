import { CodedError } from "@repo/contracts/coded-error";
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import { z } from "zod";

/** A JSON Schema (2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>;

type Word = "string" | "number" | "integer" | "boolean";
type ShortType = `${Word}${"" | "[]"}${"" | "?"}`;

/** The original's way to write a schema down: {title: "string", pros: "string[]", price: "number?"}; ? marks what may be missing. */
interface ShortSchema {
  readonly [field: string]: ShortType | ShortSchema;
}

/** What an answer must look like. */
export type AnswerSchema = z.ZodType | ShortSchema | JsonSchema;

type ValueOfWord<Type> = Type extends "string" ? string : Type extends "boolean" ? boolean : number;
type ValueOfShort<Type> = Type extends `${infer Item}[]` ? ValueOfWord<Item>[] : ValueOfWord<Type>;
type ValueOfField<Type> = Type extends `${infer Needed}?`
  ? ValueOfShort<Needed> | undefined
  : Type extends string
    ? ValueOfShort<Type>
    : ValueOf<Type>;

/** Type of the values of an {@link AnswerSchema}; unknown for a JSON Schema, which only says so at run time. */
export type ValueOf<Schema> = Schema extends z.ZodType
  ? z.output<Schema>
  : Schema extends ShortSchema
    ? { -readonly [Field in keyof Schema]: ValueOfField<Schema[Field]> }
    : unknown;

/** A schema that was read: what a server is told, and the check of what comes back. */
export interface ReadSchema<Value> {
  jsonSchema: JsonSchema;
  /** The value, or what is wrong with it, one sentence each, at most ten. */
  check(json: unknown): { value: Value } | { problems: string[] };
}

const shortType = /^(?<word>string|number|integer|boolean)(?<list>\[\])?(?<optional>\?)?$/;
const jsonTypes = new Set(["string", "number", "integer", "boolean", "object", "array", "null"]);
const schemaWords = ["$schema", "$ref", "anyOf", "oneOf", "allOf", "enum", "const", "properties", "items"];
const maxProblems = 10;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isShort(schema: unknown): schema is ShortSchema {
  return (
    isObject(schema) &&
    Object.keys(schema).length > 0 &&
    Object.values(schema).every((type) => (typeof type === "string" ? shortType.test(type) : isShort(type)))
  );
}

/** {type: "string"} is a JSON Schema; {type: "string", title: "string"} is a form with two fields. */
function isJsonSchema(schema: Record<string, unknown>): boolean {
  if (isShort(schema) && Object.keys(schema).length > 1) return false;
  const { type } = schema;
  if (typeof type === "string" && jsonTypes.has(type)) return true;
  return Array.isArray(type) || (!isShort(schema) && schemaWords.some((word) => Object.hasOwn(schema, word)));
}

function fromShort(schema: ShortSchema): JsonSchema {
  const optional = (type: ShortType | ShortSchema) => typeof type === "string" && type.endsWith("?");
  const properties = Object.entries(schema).map(([field, type]) => {
    if (typeof type !== "string") return [field, fromShort(type)];
    const { word, list } = shortType.exec(type)?.groups ?? {};
    return [field, list === undefined ? { type: word } : { type: "array", items: { type: word } }];
  });
  return {
    type: "object",
    properties: Object.fromEntries(properties) as unknown,
    required: Object.keys(schema).filter((field) => !optional(schema[field] ?? "string")),
    additionalProperties: false,
  };
}

function fromZod(schema: z.ZodType): JsonSchema {
  try {
    const { $schema: _, ...rest } = z.toJSONSchema(schema, {
      io: "input",
      // What a form does not name is not asked for. The limits of whole numbers are JavaScript's, not the form's.
      override: ({ jsonSchema }) => {
        if (jsonSchema.properties !== undefined) jsonSchema.additionalProperties ??= false;
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      },
    });
    return rest;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CodedError("invalid_request", `This schema cannot be told to a language model: ${why}`, { cause });
  }
}

function compile(jsonSchema: JsonSchema): ReadSchema<unknown>["check"] {
  // The server's subset is the stricter judge of what may stand in a schema.
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  let validate: ReturnType<typeof ajv.compile>;
  try {
    validate = ajv.compile({ ...jsonSchema });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CodedError("invalid_request", `This is not a JSON Schema: ${why}`, { cause });
  }
  return (json) => (validate(json) ? { value: json } : { problems: (validate.errors ?? []).slice(0, maxProblems).map(toSentence) });
}

function toSentence({ instancePath, message, params }: ErrorObject): string {
  const where = instancePath === "" ? "The answer" : instancePath;
  const extra = (params as { additionalProperty?: string }).additionalProperty;
  return `${where} ${message ?? "does not fit"}${extra === undefined ? "" : `: ${extra}`}.`;
}

/**
 * Reads a schema in any of its three forms.
 * @throws CodedError invalid_request for what is none of them, or cannot be written as a JSON Schema
 */
export function readAnswerSchema<Schema extends AnswerSchema>(schema: Schema): ReadSchema<ValueOf<Schema>> {
  type Read = ReadSchema<ValueOf<Schema>>;
  if (schema instanceof z.ZodType) {
    const check: ReadSchema<unknown>["check"] = (json) => {
      const parsed = schema.safeParse(json);
      if (parsed.success) return { value: parsed.data };
      const problems = parsed.error.issues.map((issue) => `/${issue.path.join("/")} ${issue.message}.`);
      return { problems: problems.slice(0, maxProblems) };
    };
    return { jsonSchema: fromZod(schema), check } as Read;
  }
  if (!isObject(schema)) throw new CodedError("invalid_request", 'A schema is zod\'s, a JSON Schema or {field: "string"}.');
  if (isJsonSchema(schema)) return { jsonSchema: schema, check: compile(schema) } as Read;
  if (isShort(schema)) {
    const jsonSchema = fromShort(schema);
    return { jsonSchema, check: compile(jsonSchema) } as Read;
  }
  throw new CodedError(
    "invalid_request",
    'A short schema names string, number, integer or boolean per field, with [] for a list and ? for what may be missing, e.g. {title: "string", pros: "string[]"}.',
  );
}
