import { expect, test } from "vitest";
import { compileGrammar } from "../compile-grammar.ts";
import type { Grammar, GrammarVocabulary } from "../grammar.ts";
import { prepareVocabulary } from "../prepare-vocabulary.ts";

const end = 0;

/** Every byte (token 1 + byte), then these. */
function vocabularyOf(texts: readonly string[], tokenize?: GrammarVocabulary["tokenize"]): GrammarVocabulary {
  const tokens = [undefined, ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)), ...texts.map((text) => Buffer.from(text))];
  return { size: tokens.length, bytesOf: (token) => tokens[token], endTokens: [end], ...(tokenize ? { tokenize } : {}) };
}

function start(grammar: Grammar, vocabulary: GrammarVocabulary, budget = 100) {
  const state = compileGrammar(grammar, prepareVocabulary(vocabulary)).start(budget);
  const textOf = (tokens: readonly number[]) =>
    tokens.map((token) => (token === end ? "<end>" : Buffer.from(vocabulary.bytesOf(token) as Uint8Array).toString()));
  return { state, forced: (remaining = budget) => textOf(state.forced(remaining)), accept: (token: number) => state.accept(token) };
}

const nameObject: Grammar = {
  type: "json_schema",
  schema: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
};

test("text without a choice is forced up to where the model decides", () => {
  const { forced } = start(nameObject, vocabularyOf(['{"', "name", '":', '":"', 'x":"']));
  expect(forced()).toEqual(['{"', "name", '":"']);
});

test("a token that the model could go on with is left to the model", () => {
  const { forced } = start(nameObject, vocabularyOf(['{"', "name", '":', '":"', '":"The']));
  expect(forced()).toEqual(['{"', "name"]);
});

test("forced text is cut as the model's tokenizer cuts it", () => {
  const pieces = ['{"n', "am", 'e":"'];
  const tokenize = (text: string): readonly number[] => (text === '{"name":"' ? [257, 258, 259] : []);
  expect(start(nameObject, vocabularyOf([...pieces, '{"', "name", '":"'], tokenize)).forced()).toEqual(pieces);
});

test("a tokenizer that adds a token of its own is not followed", () => {
  const { forced } = start(
    nameObject,
    vocabularyOf(['{"', "name", '":"'], () => [1, 257, 258, 259]),
  );
  expect(forced()).toEqual(['{"', "name", '":"']);
});

test("the end is forced with what comes before it", () => {
  const { forced, accept } = start({ type: "choice", choices: ["yes", "no"] }, vocabularyOf(["es"]));
  expect(forced()).toEqual([]);
  accept(1 + 121);
  expect(forced()).toEqual(["es", "<end>"]);
  accept(257);
  expect(forced()).toEqual(["<end>"]);
});

test("nothing is forced where the answer may end or go on", () => {
  const { forced, accept } = start({ type: "choice", choices: ["a", "ab"] }, vocabularyOf([]));
  expect(forced()).toEqual(["a"]);
  accept(1 + 97);
  expect(forced()).toEqual([]);
});

test("a cut that takes more tokens than remain is not forced; the shortest is", () => {
  const tokenize = (text: string): readonly number[] => [...Buffer.from(text)].map((byte) => 1 + byte);
  const { forced, state } = start({ type: "choice", choices: ["abcdef"] }, vocabularyOf(["abcdef"], tokenize));
  expect(forced(7)).toHaveLength(7);
  expect(forced(6)).toEqual(["abcdef"]);
  expect(state.forced(2)).toEqual([257]);
});
