import type { Tokenizer } from "../src/tokenizer.ts";

/** A token per character, 60 different ones; 1 before and 2 after every text. For models with random weights. */
export const tinyTokenizer: Tokenizer = {
  prefix: [1],
  suffix: [2],
  vocabularySize: 60,
  scan: (text) => ({ ids: Array.from(text, (character) => (character.codePointAt(0) as number) % 60), advance: () => true }),
  locate: () => [],
  tokenOf: () => undefined,
  decode: () => "",
};
