import { CodedError } from "@repo/contracts/coded-error";
import type { ByteAutomaton } from "./automata/byte-automaton.ts";
import { anyTextOf } from "./automata/character-automaton.ts";
import { type CharacterSet, everyCharacter, intersectSets, toCharacterSet } from "./automata/character-set.ts";
import { encodeCharacters } from "./automata/encode-characters.ts";
import type { GrammarVocabulary } from "./grammar.ts";
import { createGroupCache, type GroupCache } from "./machine/token-groups.ts";
import { buildTokenTrie, type TokenTrie } from "./token-trie.ts";

/** A vocabulary made ready for grammars: once per model. Its content is for this package. */
export interface PreparedVocabulary {
  size: number;
  trie: TokenTrie;
  endTokens: readonly number[];
  /** Bytes of a token that may stand in a text; undefined for control tokens and end tokens. */
  bytesOf(token: number): Uint8Array | undefined;
  tokenize: ((text: string) => readonly number[]) | undefined;
  /** 1 for bytes that are a token by themselves. Whatever is written is made of these, so no answer can get stuck. */
  canWrite: Uint8Array;
  /** Characters that can be written as they are, and within a JSON string. */
  rawCharacters: CharacterSet;
  jsonCharacters: CharacterSet;
  /** Inside of any JSON string and its closing quote; state 0 is between two characters. */
  jsonText: ByteAutomaton;
  /** A byte for a character that must be written although nothing says which. */
  fillerByte: number;
  groups: GroupCache;
}

const isRange = (canWrite: Uint8Array, low: number, high: number): boolean => canWrite.subarray(low, high + 1).every((can) => can === 1);

/** Characters of more than one byte: by their first byte, where every second byte can be written. */
function wideCharacters(canWrite: Uint8Array): CharacterSet {
  if (!isRange(canWrite, 0x80, 0xbf)) return [];
  const ranges: [number, number][] = [];
  for (let lead = 0xc2; lead <= 0xf4; lead += 1) {
    if (canWrite[lead] !== 1) continue;
    if (lead < 0xe0) ranges.push([(lead & 0x1f) << 6, ((lead & 0x1f) << 6) + 0x3f]);
    else if (lead < 0xf0) ranges.push([Math.max(0x8_00, (lead & 0x0f) << 12), ((lead & 0x0f) << 12) + 0xf_ff]);
    else ranges.push([Math.max(0x1_00_00, (lead & 0x07) << 18), ((lead & 0x07) << 18) + 0x3_ff_ff]);
  }
  return intersectSets(toCharacterSet(ranges), everyCharacter);
}

function narrowCharacters(canWrite: Uint8Array, toText: (character: string) => string): [number, number][] {
  const ranges: [number, number][] = [];
  for (let point = 0; point < 0x80; point += 1) {
    const bytes = Buffer.from(toText(String.fromCharCode(point)));
    if (bytes.every((byte) => canWrite[byte] === 1)) ranges.push([point, point]);
  }
  return ranges;
}

/** Copies of all bytes in one block: a vocabulary of 150,000 tokens as that many arrays would take ten times the memory. */
function copyBytes(vocabulary: GrammarVocabulary): (token: number) => Uint8Array | undefined {
  const ends = new Set(vocabulary.endTokens);
  const offsets = new Int32Array(vocabulary.size + 1);
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (let token = 0; token < vocabulary.size; token += 1) {
    const bytes = ends.has(token) ? undefined : vocabulary.bytesOf(token);
    if (bytes !== undefined) {
      pieces.push(bytes);
      length += bytes.length;
    }
    offsets[token + 1] = length;
  }
  const block = new Uint8Array(Buffer.concat(pieces, length));
  return (token) => {
    const start = offsets[token];
    const end = offsets[token + 1];
    return start === undefined || end === undefined || start === end ? undefined : block.subarray(start, end);
  };
}

/**
 * Prepares a vocabulary: its tree of tokens and what its tokens do inside of a string.
 * @throws CodedError model_unavailable when it has no end token or cannot write plain text
 */
export function prepareVocabulary(vocabulary: GrammarVocabulary): PreparedVocabulary {
  const { size, endTokens } = vocabulary;
  if (endTokens.length === 0 || endTokens.some((token) => !Number.isInteger(token) || token < 0 || token >= size)) {
    throw new CodedError("model_unavailable", "The model's vocabulary has no end token, so that no answer could be complete.");
  }
  const bytesOf = copyBytes(vocabulary);
  const trie = buildTokenTrie(size, bytesOf);
  const canWrite = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte += 1) {
    const node = trie.first[byte] as number;
    if (node > 0 && (trie.tokenOffsets[node] as number) < (trie.tokenOffsets[node + 1] as number)) canWrite[byte] = 1;
  }
  const wide: [number, number][] = [];
  const wideSet = wideCharacters(canWrite);
  for (let index = 0; index < wideSet.length; index += 2) wide.push([wideSet[index] as number, wideSet[index + 1] as number]);
  const jsonCharacters = toCharacterSet([...narrowCharacters(canWrite, (one) => JSON.stringify(one).slice(1, -1)), ...wide]);
  const jsonText = canWrite[0x22] === 1 ? encodeCharacters(anyTextOf(jsonCharacters), "json") : undefined;
  const fillerByte = [0x20, ...Array.from({ length: 94 }, (_, index) => 0x21 + index)].find(
    (byte) => byte !== 0x22 && byte !== 0x5c && canWrite[byte] === 1,
  );
  if (jsonText === undefined || fillerByte === undefined) {
    throw new CodedError(
      "model_unavailable",
      "The model's vocabulary has no tokens for single characters, so that JSON cannot be written with it.",
    );
  }
  const groups = createGroupCache(trie, size);
  // The state in which most tokens are possible, and which every JSON needs: now rather than in the first answer.
  groups.get(jsonText, 0, 0);
  return {
    size,
    trie,
    endTokens: [...endTokens],
    bytesOf,
    tokenize: vocabulary.tokenize && ((text) => vocabulary.tokenize?.(text) ?? []),
    canWrite,
    rawCharacters: toCharacterSet([...narrowCharacters(canWrite, (one) => one), ...wide]),
    jsonCharacters,
    jsonText,
    fillerByte,
    groups,
  };
}
