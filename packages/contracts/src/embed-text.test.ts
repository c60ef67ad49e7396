import { expect, test } from "vitest";
import { embedTextRequest, toTexts } from "./embed-text.ts";

test.for(["texts", "text", "input", "inputs", "sentences"])("%s takes a string or a list", (field) => {
  expect(toTexts(embedTextRequest.parse({ [field]: "one" }))).toEqual(["one"]);
  expect(toTexts(embedTextRequest.parse({ [field]: ["one", "two"] }))).toEqual(["one", "two"]);
});

test("no text field is refused with the right form, two are refused by name", () => {
  const none = embedTextRequest.safeParse({});
  expect(none.error?.issues[0]?.message).toContain('{"texts": ["..."]}');
  const two = embedTextRequest.safeParse({ text: "a", input: "b" });
  expect(two.error?.issues[0]?.message).toBe("Send only one of text, input.");
});

test("vectors are of length 1 and long texts are cut on the right, unless something else is asked for", () => {
  expect(embedTextRequest.parse({ text: "a" })).toMatchObject({
    normalize: true,
    truncation_direction: "right",
  });
});

test.for<[string, unknown]>([
  ["numbers", { texts: [1] }],
  ["a nested list", { texts: [["a"]] }],
  ["a number of dimensions below 1", { text: "a", dimensions: 0 }],
  ["an unknown encoding", { text: "a", encoding_format: "hex" }],
  ["null", null],
])("%s is refused", ([, body]) => {
  expect(embedTextRequest.safeParse(body).success).toBe(false);
});
