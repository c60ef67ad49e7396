import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { GrammarVocabulary } from "@repo/grammar/grammar";
import { root } from "../servers.ts";

interface TokenizerFile {
  added_tokens: { id: number }[];
  model: { vocab: Record<string, number> };
}

/** The characters that byte-level BPE writes bytes as. Source: GPT-2, encoder.py, bytes_to_unicode. */
function byteOfCharacter(): Map<string, number> {
  const bytes = new Map<string, number>();
  let shifted = 256;
  for (let byte = 0; byte < 256; byte += 1) {
    const isPrintable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    bytes.set(String.fromCharCode(isPrintable ? byte : shifted), byte);
    if (!isPrintable) shifted += 1;
  }
  return bytes;
}

function toVocabulary(tokens: readonly (Uint8Array | undefined)[]): GrammarVocabulary {
  return { size: tokens.length, bytesOf: (token) => tokens[token], endTokens: [0, 2] };
}

function readPocketTokens(): (Uint8Array | undefined)[] {
  const file = JSON.parse(readFileSync(join(root, "models/pocket-llm/tokenizer.json"), "utf8")) as TokenizerFile;
  const bytes = byteOfCharacter();
  const control = new Set(file.added_tokens.map(({ id }) => id));
  const tokens: (Uint8Array | undefined)[] = [];
  for (const [text, token] of Object.entries(file.model.vocab)) {
    tokens[token] = control.has(token) ? undefined : Uint8Array.from(text.split(""), (character) => bytes.get(character) ?? 0);
  }
  return tokens;
}

/** The vocabulary of the pocket model. */
export function readPocketVocabulary(): GrammarVocabulary {
  return toVocabulary(readPocketTokens());
}

const syllables =
  "a e i o u an en in on er ti te al ar st re nd le ro co ma de se li ra me ca pe ta sh th ch qu br gr pl ing ion ed ly ous é ü 中 的 и на".split(
    " ",
  );

/**
 * A vocabulary of the size of Qwen's: the pocket model's tokens, and words of syllables with and without a space before them,
 * some with the symbols of JSON or a full stop, as large vocabularies have them.
 */
export function makeLargeVocabulary(size: number, random: () => number): GrammarVocabulary {
  const tokens = readPocketTokens();
  const known = new Set(tokens.map((bytes) => (bytes ? Buffer.from(bytes).toString("latin1") : "")));
  const decorate = [
    { share: 0.5, write: (word: string) => ` ${word}` },
    { share: 0.6, write: (word: string) => word.charAt(0).toUpperCase() + word.slice(1) },
    { share: 0.63, write: (word: string) => `"${word}` },
    { share: 0.65, write: (word: string) => `.${word}` },
    { share: 0.67, write: (word: string) => `${word}":` },
    { share: 1, write: (word: string) => word },
  ];
  while (tokens.length < size) {
    const word = Array.from({ length: 1 + Math.floor(random() * 4) }, () => syllables[Math.floor(random() * syllables.length)]).join("");
    const kind = random();
    const bytes = Buffer.from(decorate.find(({ share }) => kind < share)?.write(word) ?? word);
    const key = bytes.toString("latin1");
    if (known.has(key)) continue;
    known.add(key);
    tokens.push(Uint8Array.from(bytes));
  }
  return toVocabulary(tokens);
}
