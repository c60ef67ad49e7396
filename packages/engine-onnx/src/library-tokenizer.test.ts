import { expect, test } from "vitest";
import { tinySiglipTokenizer } from "../test/tiny-siglip.ts";
import { createLibraryTokenizer } from "./library-tokenizer.ts";

test("a vocabulary of 256,000 pieces is read, as Gemma has it", () => {
  const { vocab, ...model } = tinySiglipTokenizer.model;
  const many = Array.from({ length: 256_000 - Object.keys(vocab).length }, (_, index) => [`<unused${index}>`, Object.keys(vocab).length + index]);
  const tokenizer = createLibraryTokenizer({ ...tinySiglipTokenizer, model: { ...model, vocab: { ...vocab, ...Object.fromEntries(many) } } });
  expect(tokenizer.vocabularySize).toBe(256_000);
  expect([tokenizer.prefix, tokenizer.suffix]).toEqual([[], [1]]);
});
