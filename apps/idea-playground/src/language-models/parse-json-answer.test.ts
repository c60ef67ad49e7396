import { expect, test } from "vitest";
import { parseJsonAnswer } from "./parse-json-answer.ts";

test.for([
  ['{"a": 1}', { a: 1 }],
  ["  [1, 2]\n", [1, 2]],
  ['Sure! Here it is:\n```json\n{"a": 1}\n```\nAnything else?', { a: 1 }],
  ['The answer is {"a": "with } and { in it", "b": [1]} as you asked.', { a: "with } and { in it", b: [1] }],
  ['{"a": 1, "b": [1, 2,],}', { a: 1, b: [1, 2] }],
  ['{"a": "two\nlines"}', { a: "two\nlines" }],
  ['{"a": "a quote \\" and a comma, }"}', { a: 'a quote " and a comma, }' }],
  ['"just a text"', "just a text"],
] as [string, unknown][])("JSON is found in %j", ([text, json]) => {
  expect(parseJsonAnswer(text)).toEqual({ json });
});

test.for(["", "I would rather not.", '{"a": "cut in the mid', '{"a": 1, "b": ', "{a: 1}"])(
  "%j stays a problem: nothing is made up",
  (text) => {
    expect(parseJsonAnswer(text)).toEqual({ problem: expect.any(String) as string });
  },
);
