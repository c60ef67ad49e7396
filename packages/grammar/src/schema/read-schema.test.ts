import { expect, test } from "vitest";
import { vocabularies } from "../../test/check-schema.ts";
import { tokensOf } from "../../test/random-walk.ts";
import { compileGrammar } from "../compile-grammar.ts";

const [{ prepared }, , { prepared: poor }] = vocabularies as [(typeof vocabularies)[number], unknown, (typeof vocabularies)[number]];
const compile = (schema: unknown, vocabulary = prepared) => compileGrammar({ type: "json_schema", schema }, vocabulary);

/** Whether a schema's grammar accepts a text: byte by byte, ending allowed at the end. */
function accepts(schema: unknown, text: string): boolean {
  const state = compile(schema).start(100_000);
  try {
    for (const byte of Buffer.from(text)) state.accept(4 + byte);
  } catch {
    return false;
  }
  return tokensOf(state.allowed(50_000)).includes(2);
}

test.each([
  ["not", { not: {} }, "#"],
  ["if", { type: "object", properties: { "a/b": { if: true } } }, "#/properties/a~1b"],
  ["patternProperties", { type: "object", patternProperties: {} }, "#"],
  ["propertyNames", { propertyNames: {} }, "#"],
  ["contains", { type: "array", contains: {} }, "#"],
  ["dependentRequired", { dependentRequired: {} }, "#"],
  ["unevaluatedProperties", { type: "object", unevaluatedProperties: false }, "#"],
  ["$dynamicRef", { $dynamicRef: "#x" }, "#"],
  ["uniqueItems", { type: "array", uniqueItems: true }, "#"],
  ["minProperties", { type: "object", minProperties: 1 }, "#"],
  ["maxProperties", { type: "object", maxProperties: 1 }, "#"],
  ["multipleOf", { type: "number", multipleOf: 0.1 }, "#"],
  ["multipleOf", { type: "integer", multipleOf: 1001 }, "#"],
  ["format", { type: "array", items: { type: "string", format: "iri" } }, "#/items"],
  ["pattern", { type: "string", pattern: "(?=a)" }, "#"],
  ["pattern", { type: "string", pattern: "^(a|b)*a(a|b){15}$", maxLength: 1000 }, "#"],
  ["items", { type: "array", items: [{}] }, "#"],
  ["allOf", { allOf: [{}, {}] }, "#"],
  ["oneOf", { oneOf: [{ type: "number" }, { type: "integer" }] }, "#"],
  ["oneOf", { oneOf: [{ type: "string" }, { minLength: 3 }] }, "#"],
  ["type", { type: "text" }, "#"],
  ["type", { anyOf: [{ type: "string" }], type: "string" }, "#"],
  ["minimum", { $ref: "#/$defs/a", minimum: 1, $defs: { a: {} } }, "#"],
  ["$ref", { $ref: "#/$defs/missing" }, "#"],
  ["$ref", { $ref: "other.json" }, "#"],
  ["$id", { type: "array", items: { $id: "x" } }, "#/items"],
  ["maxLength", { type: "string", maxLength: -1 }, "#"],
  ["minItems", { type: "array", minItems: 1.5 }, "#"],
  ["required", { type: "object", required: "a" }, "#"],
  ["properties", { properties: { "\ud800": {} } }, "#/properties/\ud800"],
  ["const", { const: "\udfff" }, "#/const"],
  ["madeUp", { type: "string", madeUp: 1 }, "#"],
])("%s is refused by name and place when it is not supported", (keyword, schema, pointer) => {
  expect(() => compile(schema)).toThrow(expect.objectContaining({ code: "invalid_request", details: { pointer, keyword } }));
});

test.each([
  [{ type: "object", properties: { a: { $ref: "#" } }, required: ["a"] }, "infinite"],
  [{ $ref: "#" }, "infinite"],
  [{ type: "array", items: { $ref: "#" }, minItems: 1 }, "infinite"],
  [false, "false allows no value"],
  [{ type: "string", minLength: 3, maxLength: 2 }, '"minLength" is more than "maxLength"'],
  [{ type: "integer", exclusiveMinimum: 1, exclusiveMaximum: 2 }, "within the bounds"],
  [{ type: "object", required: ["a"], additionalProperties: false }, "false allows no value"],
  [{ type: "string", pattern: "^a$", minLength: 2 }, "no text satisfies"],
  [{ type: "integer", enum: ["a", 1.5] }, '"enum" allows no value'],
  [{ type: "array", minItems: 1_000_000_000 }, "the limit is 16384"],
  [{ type: "string", minLength: 1_000_000 }, "the limit is 16384"],
  [{ enum: ["x".repeat(300_000)] }, "more than 250000 characters"],
  [{ properties: Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`p${index}`, {}])) }, "more than 512 properties"],
])("a schema with no value, or with none that is short enough, is refused: %#", (schema, message) => {
  expect(() => compile(schema)).toThrow(message);
});

test("a schema that contains itself as an object, or is nested very deeply, is refused in no time", () => {
  const self: Record<string, unknown> = { type: "object" };
  self["properties"] = { self };
  expect(() => compile(self)).toThrow("nested too deeply");
  let deep: unknown = { type: "null" };
  for (let level = 0; level < 50_000; level += 1) deep = { type: "array", items: deep };
  expect(() => compile(deep)).toThrow("nested too deeply");
});

test("references may go through thousands of others", () => {
  const $defs: Record<string, unknown> = { d4000: { type: "null" } };
  for (let index = 0; index < 4000; index += 1) $defs[`d${index}`] = { $ref: `#/$defs/d${index + 1}` };
  expect(accepts({ $ref: "#/$defs/d0", $defs }, "null")).toBe(true);
});

test("a reference is read as JSON pointers and fragments are written", () => {
  const schema = { $ref: "#/$defs/a~1b%20c~0d", $defs: { "a/b c~d": { const: 7 } } };
  expect(accepts(schema, "7")).toBe(true);
});

test("options that exclude each other may stand under oneOf", () => {
  const kind = (name: string) => ({ type: "object", properties: { kind: { const: name } }, required: ["kind"] });
  const schema = { oneOf: [kind("a"), { $ref: "#/$defs/b" }, { type: "string" }, { enum: [1, null] }], $defs: { b: kind("b") } };
  for (const text of ['{"kind":"a"}', '{"kind":"b"}', '"x"', "1", "null"]) expect(accepts(schema, text)).toBe(true);
  expect(accepts(schema, '{"kind":"c"}')).toBe(false);
});

test("an object that is described gets no members that nobody asked for", () => {
  const described = { type: "object", properties: { a: { type: "null" } } };
  expect(accepts(described, '{"a":null}')).toBe(true);
  expect(accepts(described, "{}")).toBe(true);
  expect(accepts(described, '{"b":1}')).toBe(false);
  expect(accepts({ ...described, additionalProperties: true }, '{"a":null,"b":[{}]}')).toBe(true);
  expect(accepts({ type: "object" }, '{"b":1}')).toBe(true);
});

test("a member that nobody declared cannot take a declared name", () => {
  const schema = { type: "object", properties: { a: { type: "null" } }, additionalProperties: { type: "integer" } };
  expect(accepts(schema, '{"b":1,"c":2}')).toBe(true);
  expect(accepts(schema, '{"b":1,"a":2}')).toBe(false);
  expect(accepts(schema, '{"a":null,"aa":2}')).toBe(true);
});

test("without a type, keywords say what a value is", () => {
  expect(accepts({ minLength: 1 }, '"a"')).toBe(true);
  expect(accepts({ minLength: 1 }, "1")).toBe(false);
  expect(accepts({ title: "anything" }, '[1,{"a":null}]')).toBe(true);
  expect(accepts({ type: "string", nullable: true }, "null")).toBe(true);
  expect(accepts({ type: ["integer", "null"], minimum: 5 }, "null")).toBe(true);
  expect(accepts({ type: ["integer", "null"], minimum: 5 }, "4")).toBe(false);
});

test("annotations change nothing", () => {
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "x",
    title: "t",
    description: "d",
    default: 1,
    examples: [2],
    type: "null",
  };
  expect(accepts(schema, "null")).toBe(true);
});

test("what the vocabulary has no bytes for is refused, or left out where there is a choice", () => {
  expect(() => compile({ const: "😀" }, poor)).toThrow("cannot write");
  const state = compile({ type: "string" }, poor).start(50);
  expect(() => state.accept(4 + 0xf0)).toThrow(expect.objectContaining({ code: "internal" }));
  for (const byte of Buffer.from('"é"')) state.accept(4 + byte);
  expect(tokensOf(state.allowed(3))).toEqual([2, 3]);
});
