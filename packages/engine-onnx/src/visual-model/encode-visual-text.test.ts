import { expect, test } from "vitest";
import { tinySiglipTokenizer } from "../../test/tiny-siglip.ts";
import { createLibraryTokenizer } from "../library-tokenizer.ts";
import { encodeVisualText, packVisualTexts } from "./encode-visual-text.ts";

const tokenizer = createLibraryTokenizer(tinySiglipTokenizer);
const facts = { length: 16, padId: 0, isLowercase: true };
const idOf = (piece: string): number => (tinySiglipTokenizer.model.vocab as Record<string, number>)[piece] as number;

test("a text is lower-cased, ended and padded to the fixed length", () => {
  const { ids, isTruncated, totalTokens } = encodeVisualText(tokenizer, "OAK dark", facts);
  expect(ids).toEqual([idOf("oak"), idOf("▁dark"), 1]);
  expect([isTruncated, totalTokens]).toEqual([false, 3]);
  const { input_ids: input } = packVisualTexts([ids, [5]], facts);
  expect(input.dims).toEqual([2, 16]);
  expect([...(input.data as BigInt64Array)].slice(0, 4)).toEqual([...ids.map(BigInt), 0n]);
  expect([...(input.data as BigInt64Array)].slice(16, 18)).toEqual([5n, 0n]);
});

test("a long text is cut before its end token", () => {
  const { ids, isTruncated, totalTokens } = encodeVisualText(tokenizer, "oak".repeat(40), facts);
  expect(ids).toHaveLength(16);
  expect(ids.at(-1)).toBe(1);
  expect([isTruncated, totalTokens]).toEqual([true, 41]);
});

test("letters outside the vocabulary become their bytes, and an end of a word changes no letter", () => {
  expect(encodeVisualText(tokenizer, "Σ", facts).ids).toEqual([idOf("<0xCF>"), idOf("<0x83>"), 1]);
  expect(encodeVisualText(tokenizer, "ΑΣ", facts).ids.slice(2)).toEqual([idOf("<0xCF>"), idOf("<0x83>"), 1]);
});
