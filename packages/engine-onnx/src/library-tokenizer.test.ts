import { expect, test } from "vitest";
import { tinySiglipTokenizer } from "../test/tiny-siglip.ts";
import { createLibraryTokenizer } from "./library-tokenizer.ts";

test("a vocabulary with more pieces than a call may have arguments is read; Gemma has 256,000", () => {
  const { vocab, ...model } = tinySiglipTokenizer.model;
  const many = Array.from({ length: 150_000 - Object.keys(vocab).length }, (_, index) => [
    `<unused${index}>`,
    Object.keys(vocab).length + index,
  ]);
  const tokenizer = createLibraryTokenizer({
    ...tinySiglipTokenizer,
    model: { ...model, vocab: { ...vocab, ...Object.fromEntries(many) } },
  });
  expect(tokenizer.vocabularySize).toBe(150_000);
  expect([tokenizer.prefix, tokenizer.suffix]).toEqual([[], [1]]);
});
