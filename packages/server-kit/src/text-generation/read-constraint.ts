import { CodedError } from "@repo/contracts/coded-error";
import { generationGrammar, type GenerationGrammar } from "@repo/contracts/generation-grammar";
import { toJsonSchema } from "@repo/contracts/generation-shorthand";

/** Fields that say what an answer must look like; see generation-dialects.ts. */
export const constraintFields = [
  "response_format",
  "grammar",
  "json_schema",
  "guided_json",
  "guided_regex",
  "guided_choice",
  "structured_outputs",
] as const;

type Fields = Readonly<Record<string, unknown>>;
type ReadField = (value: unknown, field: string) => GenerationGrammar | undefined;

const readers: Record<(typeof constraintFields)[number], ReadField> = {
  response_format: readFormat,
  grammar: readFormat,
  json_schema: readSchema,
  guided_json: readSchema,
  guided_regex: readPattern,
  guided_choice: readChoices,
  structured_outputs: readStructuredOutputs,
};

/**
 * What the answer must look like, from whichever of the known spellings the body uses. What cannot be understood is refused
 * with its field's name, because a client that asked for a form and gets text without it has been lied to.
 * @throws CodedError invalid_request
 */
export function readConstraint(body: Fields): GenerationGrammar | undefined {
  const found = constraintFields.flatMap((field) => {
    const value = body[field];
    if (value === undefined || value === null) return [];
    const grammar = readers[field](value, field);
    return grammar === undefined ? [] : [{ field, grammar }];
  });
  if (found.length > 1) {
    const names = found.map(({ field }) => field).join(" and ");
    throw new CodedError("invalid_request", `${names} both say what the answer must look like; send one of them.`, {
      details: { field: found[1]?.field },
    });
  }
  return found[0]?.grammar;
}

/** OpenAI's response_format, text-generation-inference's grammar, and what clients make of them. */
function readFormat(value: unknown, field: string): GenerationGrammar | undefined {
  if (!isObject(value)) {
    if (typeof value === "string" && value !== "text") {
      throw refused(
        field,
        `${field}: a grammar as text (GBNF, EBNF, Lark) is not supported; send {"type": "json_schema" or "regex", ...}.`,
      );
    }
    if (value === "text") return undefined;
    throw refused(field, `${field} must be an object with a type.`);
  }
  const { type } = value;
  const schema = firstGiven(unwrap(value["json_schema"]), value["schema"], unwrap(value["value"]), value["json"]);
  switch (type) {
    case "text":
      return undefined;
    case "json_object":
    case "json":
      // Hugging Face's Python client rewrites a schema to this; without one any object will do.
      return schema === undefined ? { type: "json_object" } : readSchema(schema, field);
    case "json_schema":
      if (schema === undefined)
        throw refused(field, `${field}: type json_schema needs the schema, as json_schema.schema, schema or value.`);
      return readSchema(schema, field);
    case "regex":
      return readPattern(firstGiven(value["value"], value["pattern"], value["regex"]), field);
    case "choice":
      return readChoices(firstGiven(value["value"], value["choices"], value["choice"]), field);
    default:
      throw refused(field, `${field}.type must be text, json_object, json_schema, regex or choice.`);
  }
}

/** {name, schema, strict} around a schema, as OpenAI and newer TGI have it. */
function unwrap(value: unknown): unknown {
  return isObject(value) && "schema" in value && (isObject(value["schema"]) || typeof value["schema"] === "boolean")
    ? value["schema"]
    : value;
}

function readSchema(value: unknown, field: string): GenerationGrammar {
  const schema = typeof value === "string" ? parseJson(value, field) : value;
  if (typeof schema === "boolean") return { type: "json_schema", schema };
  if (!isObject(schema)) throw refused(field, `${field}: the schema must be an object.`);
  return { type: "json_schema", schema: toJsonSchema(schema) };
}

function parseJson(text: string, field: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw refused(field, `${field}: the schema is a text that is not JSON.`);
  }
}

function readPattern(pattern: unknown, field: string): GenerationGrammar {
  return checked({ type: "regex", pattern }, field);
}

function readChoices(choices: unknown, field: string): GenerationGrammar {
  return checked({ type: "choice", choices }, field);
}

function checked(grammar: unknown, field: string): GenerationGrammar {
  const parsed = generationGrammar.safeParse(grammar);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refused(field, `${field}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "is not understood"}`);
}

/** vLLM's: one of json, regex and choice; what is beside them and not null cannot be followed. */
function readStructuredOutputs(value: unknown, field: string): GenerationGrammar | undefined {
  if (!isObject(value)) throw refused(field, `${field} must be an object.`);
  const given = Object.entries(value).filter(([, content]) => content !== undefined && content !== null && content !== false);
  const [[name, content] = [], ...others] = given;
  if (name === undefined) return undefined;
  const unknown = given.find(([key]) => !["json", "json_object", "regex", "choice"].includes(key));
  if (unknown !== undefined) throw refused(field, `${field}.${unknown[0]} is not supported; json, json_object, regex and choice are.`);
  if (others.length > 0) throw refused(field, `${field} holds more than one form; send one of them.`);
  if (name === "json") return readSchema(content, field);
  if (name === "json_object") return { type: "json_object" };
  return name === "regex" ? readPattern(content, field) : readChoices(content, field);
}

function firstGiven(...values: unknown[]): unknown {
  return values.find((value) => value !== undefined && value !== null);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refused(field: string, message: string): CodedError {
  return new CodedError("invalid_request", message, { details: { field } });
}
