import { expect, test } from "vitest";
import { isSchemaShorthand, toJsonSchema } from "./generation-shorthand.ts";

test("the original's shorthand becomes a schema in which every field is required and none is unknown", () => {
  expect(toJsonSchema({ title: "string", pros: "string[]", score: "number?" })).toEqual({
    type: "object",
    properties: { title: { type: "string" }, pros: { type: "array", items: { type: "string" } }, score: { type: "number" } },
    required: ["title", "pros"],
    additionalProperties: false,
  });
});

test("objects lie in objects and in lists", () => {
  expect(toJsonSchema({ plan: { steps: [{ name: "string", days: "integer" }] } })).toMatchObject({
    properties: { plan: { type: "object", properties: { steps: { type: "array", items: { required: ["name", "days"] } } } } },
  });
});

test.each([
  { title: "string", description: "string" },
  { type: "string", title: "string" },
])("%j is shorthand", (value) => {
  expect(isSchemaShorthand(value)).toBe(true);
});

test.each([
  { type: "string" },
  { type: "object" },
  { type: "string", minLength: 3 },
  { title: "A title", description: "string" },
  { properties: { a: { type: "string" } } },
  { $ref: "#/$defs/a" },
  { a: [] },
  { a: {} },
  {},
])("%j is a JSON Schema and stays as it is", (value) => {
  expect(isSchemaShorthand(value)).toBe(false);
  expect(toJsonSchema(value)).toBe(value);
});
