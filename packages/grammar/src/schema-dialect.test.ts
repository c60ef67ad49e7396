import { expect, test } from "vitest";
import { isSchemaDialect, type SchemaDialect, toJsonSchema } from "./schema-dialect.ts";

test("every field becomes a required property in its order, and no others are allowed", () => {
  expect(toJsonSchema({ title: "string", pros: "string[]", price: "number", done: "boolean", count: "integer" })).toEqual({
    type: "object",
    properties: {
      title: { type: "string" },
      pros: { type: "array", items: { type: "string" } },
      price: { type: "number" },
      done: { type: "boolean" },
      count: { type: "integer" },
    },
    required: ["title", "pros", "price", "done", "count"],
    additionalProperties: false,
  });
});

test("objects and lists of objects nest", () => {
  const schema = toJsonSchema({ idea: { name: "string" }, steps: [{ text: "string" }] });
  const inner = (name: string) => ({
    type: "object",
    properties: { [name]: { type: "string" } },
    required: [name],
    additionalProperties: false,
  });
  expect(schema["properties"]).toEqual({ idea: inner("name"), steps: { type: "array", items: inner("text") } });
});

test.each([
  { title: "string", description: "string" },
  { type: "string", price: "number" },
  { properties: "string[]" },
  { a: { b: "boolean" } },
])("%j is the short way", (value) => {
  expect(isSchemaDialect(value)).toBe(true);
});

test.each([
  { type: "string" },
  { type: "object", title: "string" },
  { properties: { a: { type: "string" } } },
  { anyOf: [{ type: "null" }, { type: "string" }] },
  { title: "text" },
  {},
  "string",
  null,
])("%j is not the short way", (value) => {
  expect(isSchemaDialect(value)).toBe(false);
});

test("a type that is none is refused with its place", () => {
  const dialect = { a: { "b/c": "strings" } } as unknown as SchemaDialect;
  expect(() => toJsonSchema(dialect)).toThrow(
    expect.objectContaining({ code: "invalid_request", details: { pointer: "#/a/b~1c", keyword: "" } }),
  );
});

test("a field without end is refused instead of read for ever", () => {
  const dialect: Record<string, unknown> = {};
  dialect["self"] = dialect;
  expect(isSchemaDialect(dialect)).toBe(false);
  expect(() => toJsonSchema(dialect as SchemaDialect)).toThrow("nested too deeply");
});
