import { expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { readAnswerSchema, type ValueOf } from "./answer-schema.ts";

test("the short dialect becomes a JSON Schema that allows nothing else", () => {
  const { jsonSchema } = readAnswerSchema({ title: "string", pros: "string[]", price: "number?", market: { size: "integer" } });
  expect(jsonSchema).toEqual({
    type: "object",
    properties: {
      title: { type: "string" },
      pros: { type: "array", items: { type: "string" } },
      price: { type: "number" },
      market: { type: "object", properties: { size: { type: "integer" } }, required: ["size"], additionalProperties: false },
    },
    required: ["title", "pros", "market"],
    additionalProperties: false,
  });
});

test("types follow from the short dialect and from zod", () => {
  const short = { title: "string", pros: "string[]", price: "number?" } as const;
  expectTypeOf<ValueOf<typeof short>>().toEqualTypeOf<{ title: string; pros: string[]; price: number | undefined }>();
  const form = z.object({ a: z.number() });
  expectTypeOf<ValueOf<typeof form>>().toEqualTypeOf<{ a: number }>();
  expect(readAnswerSchema(form).check({ a: 1 })).toEqual({ value: { a: 1 } });
});

test("a JSON Schema with one word is told from a form with a field of that name", () => {
  expect(readAnswerSchema({ type: "string" }).jsonSchema).toEqual({ type: "string" });
  expect(readAnswerSchema({ type: "string", title: "string" }).jsonSchema).toMatchObject({ required: ["type", "title"] });
  expect(readAnswerSchema({ enum: ["a", "b"] }).check("a")).toEqual({ value: "a" });
});

test("zod keeps descriptions and limits, closes objects, and is the judge of the answer", () => {
  const form = z.object({ name: z.string().max(5).describe("Short."), age: z.number().int(), note: z.string().optional() });
  const { jsonSchema, check } = readAnswerSchema(form);
  expect(jsonSchema).toEqual({
    type: "object",
    properties: { name: { type: "string", maxLength: 5, description: "Short." }, age: { type: "integer" }, note: { type: "string" } },
    required: ["name", "age"],
    additionalProperties: false,
  });
  expect(check({ name: "Annabelle", age: 1 })).toEqual({ problems: [expect.stringMatching(/^\/name Too big/) as string] });
  expect(readAnswerSchema(z.string().transform((text) => text.length)).check("four")).toEqual({ value: 4 });
});

test("what is wrong with an answer is named by place", () => {
  const { check } = readAnswerSchema({ title: "string", pros: "string[]" });
  expect(check({ title: 1, pros: ["a"], extra: true })).toEqual({
    problems: expect.arrayContaining(["/title must be string.", "The answer must NOT have additional properties: extra."]) as string[],
  });
});

test.for([
  [{ title: "text" }, "A short schema names"],
  [{}, "A short schema names"],
  [{ type: "object", properties: { a: { type: "sting" } } }, "This is not a JSON Schema"],
  [z.object({ when: z.date() }), "cannot be told to a language model"],
  ["string" as never, "A schema is"],
] as [Parameters<typeof readAnswerSchema>[0], string][])("a schema that is none is refused (case %#)", ([schema, words]) => {
  expect(() => readAnswerSchema(schema)).toThrow(
    expect.objectContaining({ code: "invalid_request", message: expect.stringContaining(words) as string }),
  );
});
