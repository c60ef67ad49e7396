import { expect, test } from "vitest";
import { relaxSchema } from "./relax-schema.ts";

test("a limit is taken out everywhere, and fields of that name are left alone", () => {
  const schema = {
    type: "object",
    properties: { minimum: { type: "integer", minimum: 1 }, all: { type: "array", items: { type: "number", minimum: 0 } } },
    enum: [{ minimum: 1 }],
  };
  expect(relaxSchema(schema, "minimum")).toEqual({
    type: "object",
    properties: { minimum: { type: "integer" }, all: { type: "array", items: { type: "number" } } },
    enum: [{ minimum: 1 }],
  });
});

test("what changes the meaning is not taken out", () => {
  expect(relaxSchema({ $ref: "#/$defs/a" }, "$ref")).toBeUndefined();
  expect(relaxSchema({ anyOf: [] }, "anyOf")).toBeUndefined();
  expect(relaxSchema({}, undefined)).toBeUndefined();
});
