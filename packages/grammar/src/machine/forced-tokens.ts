import type { PreparedVocabulary } from "../prepare-vocabulary.ts";
import { findChild } from "../token-trie.ts";
import type { StackTable } from "./stacks.ts";
import type { SymbolTable } from "./symbols.ts";

/** Text that must come next, cut into tokens, and where it leads. */
export interface ForcedTokens {
  tokens: readonly number[];
  /** The set after them. */
  stack: number;
}

/** Longest text that is forced at once, bytes. */
const longestForcedBytes = 4096;

/** Finds what must come next. */
export interface ForcedText {
  /** No tokens when there is a choice. */
  from(stack: number): ForcedTokens;
}

/** Forced text of one grammar, remembered per set. */
export function createForcedText(vocabulary: PreparedVocabulary, symbols: SymbolTable, stacks: StackTable): ForcedText {
  const { trie } = vocabulary;
  const found = new Map<number, ForcedTokens>();

  function onlyByteOf(stack: number): number {
    const { pairs, mayEnd } = stacks.open(stack);
    if (mayEnd || pairs.length === 0) return -1;
    const byte = symbols.terminals.onlyByte(pairs[0] as number);
    for (let index = 2; index < pairs.length; index += 2) if (symbols.terminals.onlyByte(pairs[index] as number) !== byte) return -1;
    return byte;
  }

  function readForced(stack: number): { bytes: Uint8Array; stack: number } {
    const bytes: number[] = [];
    let at = stack;
    for (let byte = onlyByteOf(at); byte !== -1 && bytes.length < longestForcedBytes; byte = onlyByteOf(at)) {
      bytes.push(byte);
      at = stacks.step(at, byte);
    }
    return { bytes: Uint8Array.from(bytes), stack: at };
  }

  function takeLongest(bytes: Uint8Array, start: number): number {
    let token = -1;
    let node = 0;
    for (let index = start; index < bytes.length; index += 1) {
      node = findChild(trie, node, bytes[index] as number);
      if (node === -1) break;
      const first = trie.tokenOffsets[node] as number;
      if (first < (trie.tokenOffsets[node + 1] as number)) token = trie.tokens[first] as number;
    }
    return token;
  }

  function spells(tokens: readonly number[], bytes: Uint8Array): boolean {
    let position = 0;
    for (const token of tokens) {
      const piece = vocabulary.bytesOf(token);
      if (piece === undefined) return false;
      for (const byte of piece) {
        if (bytes[position] !== byte) return false;
        position += 1;
      }
    }
    return position === bytes.length;
  }

  function cut(bytes: Uint8Array): readonly number[] {
    if (vocabulary.tokenize) {
      const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
      const tokens = vocabulary.tokenize(text);
      // A tokenizer may add a token of its own at the start, and half a character has no text.
      if (spells(tokens, bytes)) return tokens;
    }
    const tokens: number[] = [];
    for (let position = 0; position < bytes.length;) {
      const token = takeLongest(bytes, position);
      if (token === -1) return tokens;
      tokens.push(token);
      position += (vocabulary.bytesOf(token) as Uint8Array).length;
    }
    return tokens;
  }

  /** Whether a token that begins here could reach beyond the forced text: then the model decides. */
  function mayReachBeyond(bytes: Uint8Array, start: number, stack: number): boolean {
    let node = 0;
    for (let index = start; index < bytes.length; index += 1) {
      node = findChild(trie, node, bytes[index] as number);
      if (node === -1) return false;
    }
    for (let child = node + 1; child < (trie.endOf[node] as number); child = trie.endOf[child] as number) {
      if (stacks.step(stack, trie.byteOf[child] as number) !== -1) return true;
    }
    return false;
  }

  function find(stack: number): ForcedTokens {
    const forced = readForced(stack);
    if (forced.bytes.length === 0) return { tokens: [], stack };
    const tokens: number[] = [];
    let position = 0;
    let at = stack;
    for (const token of cut(forced.bytes)) {
      if (mayReachBeyond(forced.bytes, position, forced.stack)) break;
      const piece = vocabulary.bytesOf(token) as Uint8Array;
      for (const byte of piece) at = stacks.step(at, byte);
      position += piece.length;
      tokens.push(token);
    }
    return { tokens, stack: at };
  }

  return {
    from(stack) {
      let forced = found.get(stack);
      if (forced === undefined) found.set(stack, (forced = find(stack)));
      return forced;
    },
  };
}
