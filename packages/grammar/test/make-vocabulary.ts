import type { GrammarVocabulary } from "../src/grammar.ts";
import { createRandom } from "./random-numbers.ts";

/** One token a word; "_" stands for a space. */
const structural = [
  '{" "} ": ":" "," ", "] [" [{ {"a": "},{" ]} }} }] ]] }}} ":[ ":{" "}, "],"',
  '[] {} "" null true false nul tru ":null ":true," ," ,_ "_:_" ":_ _{ \\n \\u00 \\"',
  '0. 1.5 10 -1 00 12 999 e+ 2024 -01- T00: "a "aa a" a":1 __ ____',
]
  .flatMap((line) => line.split(" "))
  .map((word) => word.replaceAll("_", " "));

const bytesOfText = (text: string): Uint8Array => Buffer.from(text);

/**
 * A vocabulary as byte-level BPE makes them: every byte, tokens across JSON's symbols, parts of characters, words, tokens of
 * equal bytes, control tokens and two end tokens.
 */
export function makeVocabulary(options: { seed?: number; words?: number; missingBytes?: readonly number[] } = {}): GrammarVocabulary {
  const random = createRandom(options.seed ?? 1);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const missing = new Set(options.missingBytes);
  const tokens: (Uint8Array | undefined)[] = [undefined, undefined, bytesOfText("<end>"), undefined];
  for (let byte = 0; byte < 256; byte += 1) tokens.push(missing.has(byte) ? undefined : Uint8Array.of(byte));
  for (const text of structural) if (random() < 0.8) tokens.push(bytesOfText(text));
  const letters = 'a b c d e f g h i j k l m n o p q r s t u v w x y z a e i o u é ß 中 文 😀 Ω - _ 0 1 "'.split(" ");
  for (let count = 0; count < (options.words ?? 300); count += 1) {
    const text = Array.from({ length: 1 + Math.floor(random() * 6) }, () => pick(letters)).join("");
    const bytes = bytesOfText(random() < 0.4 ? ` ${text}` : text);
    const cut = random() < 0.2 ? bytes.subarray(Math.floor(random() * 2), bytes.length - Math.floor(random() * 2)) : bytes;
    if (cut.length > 0) tokens.push(cut);
  }
  for (let count = 0; count < 20; count += 1) {
    tokens.push(Uint8Array.from({ length: 1 + Math.floor(random() * 4) }, () => Math.floor(random() * 256)));
  }
  return { size: tokens.length + 5, bytesOf: (token) => tokens[token], endTokens: [2, 3] };
}
