import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { tinyTokenizer } from "../test/tiny-model.ts";
import { createBertTokenizer, isBertTokenizer } from "./bert-tokenizer.ts";
import { createLibraryTokenizer } from "./library-tokenizer.ts";
import { loadTokenizer } from "./load-tokenizer.ts";
import type { Tokenizer } from "./tokenizer.ts";

const folder = await mkdtemp(join(tmpdir(), "tokenizer-"));
afterAll(() => rm(folder, { recursive: true }));

function load(): Tokenizer {
  if (!isBertTokenizer(tinyTokenizer)) throw new Error("The tiny tokenizer is of BERT's kind.");
  return createBertTokenizer(tinyTokenizer);
}

const own = load();
const tokensOf = (tokenizer: Tokenizer, text: string, step = text.length) => {
  const scan = tokenizer.scan(text);
  while (!scan.advance(step));
  return scan.ids.map((id) => tokenizer.tokenOf(id));
};

describe("a tokenizer of BERT's kind", () => {
  test("splits into the longest pieces it knows, lower-cased and without accents", () => {
    expect(tokensOf(own, "The CÁTting, cat!")).toEqual(["the", "cat", "##ting", ",", "cat", "!"]);
  });

  test("reads the same however the text is cut into steps", () => {
    const text = `the${"cat".repeat(50)} cat, ${"x".repeat(120)} \u{1F600}é[SEP]cat 中文 the`;
    const whole = tokensOf(own, text);
    for (const step of [1, 2, 7, 64]) expect(tokensOf(own, text, step)).toEqual(whole);
    expect(own.locate(text).map(({ token }) => token)).toEqual(whole);
  });

  test("drops NUL, control characters and lone surrogates, and is not stopped by them", () => {
    expect(tokensOf(own, "c\u0000a\u0007t\ud800 \udfff the")).toEqual(["cat", "the"]);
    expect(tokensOf(own, "\u0000\ud800")).toEqual([]);
  });

  test("counts places in characters, not in UTF-16 units", () => {
    const [, located] = own.locate("\u{1F600} cat");
    expect(located).toMatchObject({ token: "cat", start: 2, stop: 5 });
  });

  test("takes special tokens that are spelled out for what they say, wherever they stand", () => {
    expect(tokensOf(own, "cat[SEP]cat")).toEqual(["cat", "[SEP]", "cat"]);
    expect(tokensOf(own, "[cls]")).toEqual(["[UNK]", "c", "##l", "##s", "[UNK]"]);
  });

  test("does not know words over a hundred characters", () => {
    expect(tokensOf(own, "a".repeat(101))).toEqual(["[UNK]"]);
    expect(tokensOf(own, "a".repeat(100))).toHaveLength(100);
  });

  test("decodes to readable text and names an id it does not have", () => {
    const ids = [...own.prefix, ...own.locate("the catting, cat!").map(({ id }) => id), ...own.suffix];
    expect(own.decode(ids, { skipSpecialTokens: true })).toBe("the catting, cat!");
    expect(own.decode(ids, { skipSpecialTokens: false })).toBe("[CLS] the catting, cat! [SEP]");
    expect(() => own.decode([5, 9999], { skipSpecialTokens: true })).toThrow(
      expect.objectContaining({ code: "invalid_request", details: { id: 9999 } }),
    );
  });

  test("agrees with the library on the same file", () => {
    const library = createLibraryTokenizer(tinyTokenizer);
    expect([library.prefix, library.suffix]).toEqual([own.prefix, own.suffix]);
    expect(library.vocabularySize).toBe(own.vocabularySize);
    for (const text of ["", " ", "the cat", "Catting cats 42!", "a,b.c", "the cat ".repeat(5000)]) {
      expect(tokensOf(library, text, 1000)).toEqual(tokensOf(own, text));
    }
  });
});

test("a file that is of another kind goes to the library", () => {
  expect(isBertTokenizer({ ...tinyTokenizer, pre_tokenizer: { type: "Whitespace" } })).toBe(false);
  expect(isBertTokenizer({ ...tinyTokenizer, added_tokens: [{ ...tinyTokenizer.added_tokens[0], lstrip: true }] })).toBe(false);
  expect(isBertTokenizer(null)).toBe(false);
});

test("a file that is missing or no tokenizer makes the model unavailable", async () => {
  const path = join(folder, "tokenizer.json");
  await expect(loadTokenizer(path)).rejects.toMatchObject({ code: "model_unavailable" });
  await writeFile(path, "version https://git-lfs.github.com/spec/v1");
  await expect(loadTokenizer(path)).rejects.toMatchObject({ code: "model_unavailable" });
  await writeFile(path, "{}");
  await expect(loadTokenizer(path)).rejects.toMatchObject({ code: "model_unavailable" });
});
