import { expect, test } from "vitest";
import { prepareVocabulary } from "./prepare-vocabulary.ts";

const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));

test("tokens are kept as copies, end tokens are no text", () => {
  const tokens = bytes.map((one) => one.slice());
  const prepared = prepareVocabulary({ size: 256, bytesOf: (token) => tokens[token], endTokens: [65] });
  tokens[66]?.fill(0);
  expect(prepared.bytesOf(66)).toEqual(Uint8Array.of(66));
  expect(prepared.bytesOf(65)).toBeUndefined();
  expect(prepared.bytesOf(256)).toBeUndefined();
  expect(prepared.bytesOf(-1)).toBeUndefined();
});

test.each([{ endTokens: [] }, { endTokens: [256] }, { endTokens: [-1] }, { endTokens: [1.5] }])(
  "%j is refused: an answer could not end",
  ({ endTokens }) => {
    expect(() => prepareVocabulary({ size: 256, bytesOf: (token) => bytes[token], endTokens })).toThrow(
      expect.objectContaining({ code: "model_unavailable" }),
    );
  },
);

test("a vocabulary without single characters is refused: JSON could get stuck in it", () => {
  const words = ["{", "}", "hello"].map((word) => Buffer.from(word));
  expect(() => prepareVocabulary({ size: 4, bytesOf: (token) => words[token], endTokens: [3] })).toThrow("no tokens for single characters");
});

test("characters of several bytes can be written only when every byte of theirs is a token", () => {
  const without = (missing: number) =>
    prepareVocabulary({ size: 256, bytesOf: (token) => (token === missing ? undefined : bytes[token]), endTokens: [0] });
  // É to ÿ begin with the byte C3.
  expect(without(0xc3).rawCharacters.slice(0, 4)).toEqual([1, 0xbf, 0x1_00, 0xd7_ff]);
  expect(without(0xc3).jsonCharacters.slice(0, 4)).toEqual([0, 0xbf, 0x1_00, 0xd7_ff]);
  expect(Math.max(...without(0x80).jsonCharacters)).toBe(0x7f);
});
