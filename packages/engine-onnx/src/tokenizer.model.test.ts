import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { createLibraryTokenizer } from "./library-tokenizer.ts";
import { loadTokenizer } from "./load-tokenizer.ts";
import type { Tokenizer } from "./tokenizer.ts";

const tokenizerPath = fileURLToPath(new URL("../../../models/pocket-minilm/tokenizer.json", import.meta.url));
const readJson = async (path: string) => JSON.parse(await readFile(new URL(path, import.meta.url), "utf8")) as unknown;

const minilm = (await readJson("../../../models/reference/minilm-reference.json")) as {
  maxTokens: number;
  cases: { text: string; ids: number[] }[];
};
const mixed = (await readJson("../test/bert-tokenizer/golden.json")) as {
  cases: { text: string; ids: number[]; offsets: [number, number][]; decoded: string; decodedWithSpecial: string }[];
};
const tokenizer = await loadTokenizer(tokenizerPath);

function encode({ prefix, suffix, scan }: Tokenizer, text: string): number[] {
  const reading = scan(text);
  reading.advance(text.length);
  return [...prefix, ...reading.ids, ...suffix];
}

describe("BERT's tokenizer against the reference implementation", () => {
  test("gives the ids of every reference text of MiniLM, cut as sentence-transformers cuts", () => {
    for (const { text, ids } of minilm.cases) {
      const all = encode(tokenizer, text);
      const cut = all.length > minilm.maxTokens ? [...all.slice(0, minilm.maxTokens - 1), ...tokenizer.suffix] : all;
      expect({ text, ids: cut }).toEqual({ text, ids });
    }
  });

  test("gives ids, places and decoded text of random mixtures of scripts, controls, emoji and special tokens", () => {
    for (const expected of mixed.cases) {
      const { text, ids, offsets } = expected;
      const places = tokenizer.locate(text).map(({ start, stop }) => [start, stop]);
      expect({
        text,
        ids: encode(tokenizer, text),
        offsets: [offsets[0], ...places, offsets.at(-1)],
        decoded: tokenizer.decode(ids, { skipSpecialTokens: true }),
        decodedWithSpecial: tokenizer.decode(ids, { skipSpecialTokens: false }),
      }).toEqual(expected);
    }
  });

  test("gives the same ids as @huggingface/tokenizers on ordinary text", async () => {
    const library = createLibraryTokenizer(await readJson("../../../models/pocket-minilm/tokenizer.json"));
    expect([library.prefix, library.suffix]).toEqual([tokenizer.prefix, tokenizer.suffix]);
    const ordinary = minilm.cases.map(({ text }) => text).filter((text) => /^[\x20-\x7e\n]*$/.test(text));
    expect(ordinary.length).toBeGreaterThan(50);
    for (const text of ordinary) expect({ text, ids: encode(library, text) }).toEqual({ text, ids: encode(tokenizer, text) });
  });
});
