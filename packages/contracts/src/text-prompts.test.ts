import { expect, test } from "vitest";
import { promptFor, toPurpose, withPrompt, type PurposeFields } from "./text-prompts.ts";

test.for<[PurposeFields, "query" | "passage"]>([
  [{ input_type: "query" }, "query"],
  [{ input_type: "search_query" }, "query"],
  [{ is_query: true }, "query"],
  [{ task: "retrieval.query", is_query: true, input_type: "query" }, "query"],
  [{ input_type: "passage" }, "passage"],
  [{ input_type: "document" }, "passage"],
  [{ input_type: "search_document", task: null }, "passage"],
  [{ is_query: false }, "passage"],
  [{ task: "retrieval.passage" }, "passage"],
])("%o says what the texts are", ([body, inputType]) => {
  expect(toPurpose(body)).toEqual({ inputType });
});

test("a prompt is named by itself, or beside the type of that name", () => {
  expect(toPurpose({ prompt_name: "sts" })).toEqual({ promptName: "sts" });
  expect(toPurpose({ prompt_name: "query", is_query: true })).toEqual({ promptName: "query" });
  expect(toPurpose({ prompt_name: null, input_type: null })).toEqual({});
});

test.for<[PurposeFields, string, string]>([
  [{ input_type: "query", is_query: false }, "is_query", 'input_type means "query" and is_query means "passage": send one of the two.'],
  [
    { is_query: true, prompt_name: "passage" },
    "prompt_name",
    'is_query means "query" and prompt_name means "passage": send one of the two.',
  ],
  [{ task: "retrieval.query", prompt_name: "sts" }, "prompt_name", 'task means "query" and prompt_name means "sts": send one of the two.'],
])("%o is refused by name", ([body, field, message]) => {
  expect(() => toPurpose(body)).toThrow(expect.objectContaining({ code: "invalid_request", message, details: { field } }));
});

const prompts = { query: "Find: ", sts: "Compare: " };

test("the prompt is the named one, or the type's where the model has it; texts are passages unless it is said", () => {
  expect(promptFor(prompts, { inputType: "query" })).toBe("Find: ");
  expect(promptFor(prompts, { promptName: "sts" })).toBe("Compare: ");
  for (const purpose of [{}, { inputType: "passage" }] as const) {
    expect(promptFor(prompts, purpose)).toBe("");
    expect(promptFor({ ...prompts, passage: "Found: " }, purpose)).toBe("Found: ");
  }
  expect(promptFor({}, { inputType: "query" })).toBe("");
});

test.for([{ promptName: "nope" }, { promptName: "toString" }, { promptName: "sts", inputType: "query" as const }])(
  "%o is refused",
  (purpose) => {
    expect(() => promptFor(prompts, purpose)).toThrow(expect.objectContaining({ code: "invalid_request" }));
  },
);

test.for<[prompt: string, text: string, whole: string]>([
  ["", "cats", "cats"],
  ["Find: ", "cats", "Find: cats"],
  ["Find: ", "Find: cats", "Find: cats"],
  ["Find: ", " \n Find: cats", "Find: cats"],
  ["Find: ", "Find:cats", "Find: cats"],
  ["Find: ", "Find:\n  cats ", "Find: cats "],
  ["Find: ", "Find:", "Find: "],
  ["Find: ", "find: cats", "Find: find: cats"],
  ["Find: ", "To Find: cats", "Find: To Find: cats"],
  ["query ", "query cats", "query cats"],
  ["query ", "querying cats", "query querying cats"],
])("the prompt %j stands once before %j", ([prompt, text, whole]) => {
  expect(withPrompt(prompt, text)).toBe(whole);
  expect(withPrompt(prompt, withPrompt(prompt, text))).toBe(whole);
});
