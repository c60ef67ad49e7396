import { expect, test } from "vitest";
import { isSameText } from "./is-same-text.ts";

test("case, punctuation and a word in ten make no other text", () => {
  expect(isSameText("Fresh bread, every day!", "fresh bread every day")).toBe(true);
  expect(isSameText("Fresh bread for all the people of this old town", "Fresh bread for all the people of this small town")).toBe(true);
  expect(isSameText("Fresh bread every day", "Warm rolls at dawn")).toBe(false);
  expect(isSameText("新鲜面包", "新鲜面包")).toBe(true);
  expect(isSameText("!!!", "???")).toBe(false);
});
