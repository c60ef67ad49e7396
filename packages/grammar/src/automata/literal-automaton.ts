import { buildByteAutomaton, type ByteAutomaton, type ByteStateDraft } from "./byte-automaton.ts";

/**
 * An automaton that accepts exactly these words.
 * @returns undefined when there are no words
 */
export function buildLiteralAutomaton(words: readonly Uint8Array[]): ByteAutomaton | undefined {
  const drafts: ByteStateDraft[] = [{ accepts: false, transitions: [] }];
  const children: Map<number, number>[] = [new Map()];
  for (const word of words) {
    let state = 0;
    for (const byte of word) {
      let next = children[state]?.get(byte);
      if (next === undefined) {
        next = drafts.length;
        drafts.push({ accepts: false, transitions: [] });
        children.push(new Map());
        children[state]?.set(byte, next);
        drafts[state]?.transitions.push([byte, byte, next]);
      }
      state = next;
    }
    (drafts[state] as ByteStateDraft).accepts = true;
  }
  return buildByteAutomaton(drafts);
}
