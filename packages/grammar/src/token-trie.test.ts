import { expect, test } from "vitest";
import { makeVocabulary } from "../test/make-vocabulary.ts";
import { buildTokenTrie, findChild, type TokenTrie } from "./token-trie.ts";

/** Every token with its bytes, as the tree tells them. */
function readBack(trie: TokenTrie): Map<number, string> {
  const found = new Map<number, string>();
  const path: number[] = [];
  for (let node = 1; node < trie.nodeCount; node += 1) {
    path.length = (trie.depthOf[node] as number) - 1;
    path.push(trie.byteOf[node] as number);
    for (let index = trie.tokenOffsets[node] as number; index < (trie.tokenOffsets[node + 1] as number); index += 1) {
      found.set(trie.tokens[index] as number, Buffer.from(path).toString("hex"));
    }
  }
  return found;
}

test("the tree holds every token once, under its bytes", () => {
  const vocabulary = makeVocabulary({ seed: 4 });
  const expected = new Map<number, string>();
  for (let token = 0; token < vocabulary.size; token += 1) {
    const bytes = vocabulary.bytesOf(token);
    if (bytes !== undefined) expected.set(token, Buffer.from(bytes).toString("hex"));
  }
  const trie = buildTokenTrie(vocabulary.size, (token) => vocabulary.bytesOf(token));
  expect(readBack(trie)).toEqual(expected);
  expect(expected.size).toBeGreaterThan(500);
});

test("tokens of equal bytes share a node, in ascending order; empty tokens are left out", () => {
  const tokens = ["ab", "", "a", "ab"].map((text) => Buffer.from(text));
  const trie = buildTokenTrie(4, (token) => tokens[token]);
  const node = findChild(trie, findChild(trie, 0, 97), 98);
  expect([...trie.tokens.subarray(trie.tokenOffsets[node], trie.tokenOffsets[node + 1])]).toEqual([0, 3]);
  expect(trie.tokens).toHaveLength(3);
  expect(trie.deepest).toBe(2);
});

test("a byte that leads nowhere has no child", () => {
  const trie = buildTokenTrie(2, (token) => Buffer.from(["am", "ax"][token] as string));
  const a = findChild(trie, 0, 97);
  expect(findChild(trie, a, 110)).toBe(-1);
  expect(findChild(trie, a, 122)).toBe(-1);
  expect(findChild(trie, 0, 98)).toBe(-1);
});
