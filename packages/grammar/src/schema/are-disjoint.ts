import { jsonTypes, type JsonType } from "./keywords.ts";
import { typesOf } from "./read-literal.ts";
import { resolveReference } from "./resolve-reference.ts";
import type { SchemaPointer } from "./schema-error.ts";
import { isObject, type SchemaObject } from "./schema-reader.ts";

/** References that are followed to find out what an option is. */
const longestChain = 16;

/** What is certain about the values of an option. */
interface Facts {
  types: ReadonlySet<JsonType>;
  /** The only values, as JSON texts. */
  literals: ReadonlySet<string> | undefined;
  /** The only values of members that must be there. */
  members: ReadonlyMap<string, ReadonlySet<string>>;
}

function follow(root: unknown, schema: unknown, pointer: SchemaPointer): unknown {
  let at = schema;
  for (let count = 0; count < longestChain && isObject(at) && at["$ref"] !== undefined; count += 1) {
    at = resolveReference(root, at["$ref"], pointer).schema;
  }
  return at;
}

function literalsOf(schema: unknown): readonly unknown[] | undefined {
  if (!isObject(schema)) return undefined;
  if (Object.hasOwn(schema, "const")) return [schema["const"]];
  return Array.isArray(schema["enum"]) ? schema["enum"] : undefined;
}

// Numbers that are equal have the same text, and so have texts; objects that differ in order only are taken as different, so
// that they do not count.
const toTexts = (values: readonly unknown[]): ReadonlySet<string> | undefined =>
  values.some((value) => typeof value === "object" && value !== null) ? undefined : new Set(values.map((value) => JSON.stringify(value)));

function typesOfSchema(schema: SchemaObject, literals: readonly unknown[] | undefined): ReadonlySet<JsonType> {
  if (literals) return new Set(literals.flatMap((value) => typesOf(value)));
  const { type } = schema;
  const named = type === undefined ? jsonTypes : Array.isArray(type) ? type : [type];
  const types = new Set(named as JsonType[]);
  if (types.has("number")) types.add("integer");
  if (schema["nullable"] === true) types.add("null");
  return types;
}

function factsOf(root: unknown, option: unknown, pointer: SchemaPointer): Facts {
  const schema = follow(root, option, pointer);
  if (!isObject(schema)) return { types: new Set(schema === false ? [] : jsonTypes), literals: undefined, members: new Map() };
  const values = literalsOf(schema);
  const members = new Map<string, ReadonlySet<string>>();
  const { properties, required } = schema;
  for (const [name, member] of Object.entries(isObject(properties) ? properties : {})) {
    const literals = literalsOf(follow(root, member, pointer));
    const texts = literals && toTexts(literals);
    if (texts && Array.isArray(required) && required.includes(name)) members.set(name, texts);
  }
  return { types: typesOfSchema(schema, values), literals: values && toTexts(values), members };
}

const areApart = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => [...a].every((value) => !b.has(value));

function areDisjointFacts(a: Facts, b: Facts): boolean {
  const shared = [...a.types].filter((type) => b.types.has(type));
  if (shared.length === 0 || (a.literals && b.literals && areApart(a.literals, b.literals))) return true;
  if (shared.length > 1 || shared[0] !== "object") return false;
  return [...a.members].some(([name, values]) => {
    const others = b.members.get(name);
    return others !== undefined && areApart(values, others);
  });
}

/**
 * True when no value can satisfy two of the options, as far as their types, their const and enum, and those of a member that
 * both require tell.
 */
export function areDisjoint(root: unknown, options: readonly unknown[], pointer: SchemaPointer): boolean {
  const facts = options.map((option) => factsOf(root, option, pointer));
  return facts.every((one, index) => facts.slice(index + 1).every((other) => areDisjointFacts(one, other)));
}
