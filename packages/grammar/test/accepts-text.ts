import { type ByteAutomaton, stepBytes } from "../src/automata/byte-automaton.ts";

/** Whether an automaton accepts a text as UTF-8. */
export function acceptsText(automaton: ByteAutomaton | undefined, text: string): boolean {
  if (automaton === undefined) return false;
  let state = 0;
  for (const byte of Buffer.from(text)) {
    state = stepBytes(automaton, state, byte);
    if (state === -1) return false;
  }
  return automaton.accepts[state] === 1;
}
