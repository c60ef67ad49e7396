import type { CodedError } from "@repo/contracts/coded-error";
import { expect, test } from "vitest";
import { readConstraint } from "./read-constraint.ts";

const schema = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };
const asSchema = { type: "json_schema", schema };

function failureOf(body: Record<string, unknown>): CodedError {
  try {
    readConstraint(body);
  } catch (thrown) {
    return thrown as CodedError;
  }
  throw new Error("It was accepted.");
}

test.each([
  ["OpenAI", { response_format: { type: "json_schema", json_schema: { name: "x", schema, strict: true } } }],
  ["OpenAI's Responses", { response_format: { type: "json_schema", schema } }],
  ["llama.cpp's response_format", { response_format: { type: "json_object", schema } }],
  ["llama.cpp", { json_schema: schema }],
  ["Hugging Face's Python client", { response_format: { type: "json_object", value: schema } }],
  ["text-generation-inference", { grammar: { type: "json", value: schema } }],
  ["text-generation-inference with a text", { grammar: { type: "json", value: JSON.stringify(schema) } }],
  ["newer text-generation-inference", { grammar: { type: "json_schema", value: { name: "x", schema } } }],
  ["vLLM", { structured_outputs: { json: schema, regex: null } }],
  ["older vLLM", { guided_json: schema }],
  ["older vLLM with a text", { guided_json: JSON.stringify(schema) }],
  ["one of them, the others null", { response_format: null, grammar: { type: "json", value: schema }, guided_choice: null }],
])("%s: the same schema", (_name, body) => {
  expect(readConstraint(body)).toEqual(asSchema);
});

test("regular expressions, choices and any object", () => {
  for (const body of [{ guided_regex: "a+" }, { grammar: { type: "regex", value: "a+" } }, { structured_outputs: { regex: "a+" } }])
    expect(readConstraint(body)).toEqual({ type: "regex", pattern: "a+" });
  for (const body of [
    { guided_choice: ["a"] },
    { response_format: { type: "choice", choices: ["a"] } },
    { structured_outputs: { choice: ["a"] } },
  ])
    expect(readConstraint(body)).toEqual({ type: "choice", choices: ["a"] });
  for (const body of [
    { response_format: { type: "json_object" } },
    { grammar: { type: "json" } },
    { structured_outputs: { json_object: true } },
  ])
    expect(readConstraint(body)).toEqual({ type: "json_object" });
});

test("the original's shorthand stands for its schema, wherever a schema may stand", () => {
  const shorthand = { title: "string", pros: "string[]" };
  const expected = { type: "json_schema", schema: expect.objectContaining({ required: ["title", "pros"] }) as unknown };
  for (const body of [
    { guided_json: shorthand },
    { grammar: { type: "json", value: shorthand } },
    { response_format: { type: "json_schema", schema: shorthand } },
  ])
    expect(readConstraint(body)).toEqual(expected);
});

test("an object with a property called schema is a schema and no wrapper", () => {
  const described = { type: "object", properties: { schema: { type: "string" } } };
  expect(readConstraint({ guided_json: described })).toEqual({ type: "json_schema", schema: described });
});

test("text, and nothing, ask for nothing", () => {
  for (const body of [{}, { response_format: { type: "text" } }, { response_format: "text" }, { structured_outputs: {} }])
    expect(readConstraint(body)).toBeUndefined();
});

test.each<[string, Record<string, unknown>, string]>([
  ["a grammar as text", { grammar: 'root ::= "a"' }, "grammar"],
  ["another kind", { response_format: { type: "lark", value: "a" } }, "response_format"],
  ["a kind that is missing", { response_format: {} }, "response_format"],
  ["a schema that is missing", { response_format: { type: "json_schema" } }, "response_format"],
  ["a schema that is no JSON", { guided_json: "{" }, "guided_json"],
  ["a schema that is a number", { guided_json: 5 }, "guided_json"],
  ["a pattern that is missing", { grammar: { type: "regex" } }, "grammar"],
  ["no choices", { guided_choice: [] }, "guided_choice"],
  ["a grammar of vLLM's that is not ours", { structured_outputs: { grammar: "a" } }, "structured_outputs"],
  ["two forms in one", { structured_outputs: { json: {}, regex: "a" } }, "structured_outputs"],
  ["two forms in two fields", { guided_regex: "a", guided_choice: ["a"] }, "guided_choice"],
])("%s is refused with the field's name", (_name, body, field) => {
  const failure = failureOf(body);
  expect([failure.code, failure.details?.["field"]]).toEqual(["invalid_request", field]);
  expect(failure.message).toContain(field);
});
