import { type ByteAutomaton, isLastState, onlyByte, stepBytes } from "../automata/byte-automaton.ts";
import type { PreparedVocabulary } from "../prepare-vocabulary.ts";

/**
 * A symbol that reads bytes: an automaton in one of its states. Free strings (`isText`) also count their characters: `least`
 * and `most` are how many more must and may begin.
 */
export interface Terminal {
  automaton: ByteAutomaton;
  state: number;
  isText: boolean;
  least: number;
  most: number;
  /** Bytes of the shortest way to where it may be left: 0 when it may be left now. */
  leastBytes: number;
  /** The first byte of that way, -1 when there is none. */
  nextByte: number;
  /** It reads no more: what follows comes next. */
  isLast: boolean;
}

/** The terminals of a grammar, numbered as they are met; numbers are shared with symbols of other kinds. */
export interface TerminalTable {
  /** A number for a symbol that is no terminal. */
  reserve(): number;
  /** The terminal of an automaton in a state. */
  ofAutomaton(automaton: ByteAutomaton, state?: number): number;
  /** The terminal of a JSON string behind its opening quote. */
  ofString(least: number, most: number): number;
  /** Undefined for symbols of other kinds. */
  get(symbol: number): Terminal | undefined;
  /** The terminal that a terminal becomes by reading a byte; -1 when it cannot. */
  step(symbol: number, byte: number): number;
  /** The terminal that a terminal becomes when its automaton reaches `state` and `begun` characters begin; -1 when it may not. */
  reach(symbol: number, state: number, begun: number): number;
  /** The only byte that may come next in a terminal; -1 when there is a choice. */
  onlyByte(symbol: number): number;
  /** The terminal with the same tokens: a string that no token can fill is as good as one without a limit. */
  sameTokensAs(symbol: number): number;
  /** Numbers in use. */
  count(): number;
}

/** The state of free text between two characters. */
const betweenCharacters = 0;

/** An empty table for the grammars of a vocabulary. */
export function createTerminalTable({ jsonText, fillerByte, trie }: PreparedVocabulary): TerminalTable {
  // Number 0 is the end, which is no terminal.
  const terminals: (Terminal | undefined)[] = [undefined];
  const steps = new Map<number, number>();
  const automatonSymbols = new Map<ByteAutomaton, Map<number, number>>();
  const textSymbols = new Map<string, number>();

  function automatonSymbol(automaton: ByteAutomaton, state: number): number {
    let states = automatonSymbols.get(automaton);
    if (states === undefined) automatonSymbols.set(automaton, (states = new Map()));
    let symbol = states.get(state);
    if (symbol === undefined) {
      const leastBytes = automaton.leastBytes[state] as number;
      const nextByte = automaton.nextByte[state] as number;
      const isLast = isLastState(automaton, state);
      symbol = terminals.push({ automaton, state, isText: false, least: 0, most: 0, leastBytes, nextByte, isLast }) - 1;
      states.set(state, symbol);
    }
    return symbol;
  }

  function textSymbol(state: number, least: number, most: number): number {
    const key = `${state},${least},${most}`;
    let symbol = textSymbols.get(key);
    if (symbol === undefined) {
      const isLast = isLastState(jsonText, state);
      const leastBytes = (jsonText.leastBytes[state] as number) + (isLast ? 0 : least);
      const nextByte = state === betweenCharacters && least > 0 ? fillerByte : (jsonText.nextByte[state] as number);
      symbol = terminals.push({ automaton: jsonText, state, isText: true, least, most, leastBytes, nextByte, isLast }) - 1;
      textSymbols.set(key, symbol);
    }
    return symbol;
  }

  function takeStep(symbol: number, byte: number): number {
    const { automaton, state, isText, least, most } = terminals[symbol] as Terminal;
    const next = stepBytes(automaton, state, byte);
    if (next === -1) return -1;
    if (!isText) return automatonSymbol(automaton, next);
    if (state !== betweenCharacters) return textSymbol(next, least, most);
    if (isLastState(automaton, next)) return least > 0 ? -1 : textSymbol(next, 0, 0);
    return most === 0 ? -1 : textSymbol(next, Math.max(0, least - 1), most - 1);
  }

  return {
    reserve: () => terminals.push(undefined) - 1,
    ofAutomaton: (automaton, state = 0) => automatonSymbol(automaton, state),
    ofString: (least, most) => textSymbol(betweenCharacters, least, most),
    get: (symbol) => terminals[symbol],
    step(symbol, byte) {
      const key = symbol * 256 + byte;
      let next = steps.get(key);
      if (next === undefined) {
        next = takeStep(symbol, byte);
        steps.set(key, next);
      }
      return next;
    },
    reach(symbol, state, begun) {
      const { automaton, isText, least, most } = terminals[symbol] as Terminal;
      if (!isText) return automatonSymbol(automaton, state);
      if (begun > most) return -1;
      if (isLastState(jsonText, state)) return begun < least ? -1 : textSymbol(state, 0, 0);
      return textSymbol(state, Math.max(0, least - begun), most - begun);
    },
    onlyByte(symbol) {
      const { automaton, state, isText, least, most } = terminals[symbol] as Terminal;
      if (!isText || state !== betweenCharacters) return onlyByte(automaton, state);
      return most === 0 && least === 0 ? '"'.charCodeAt(0) : -1;
    },
    sameTokensAs(symbol) {
      const { state, isText, least, most } = terminals[symbol] as Terminal;
      return isText && least === 0 && most >= trie.deepest && most !== Infinity ? textSymbol(state, 0, Infinity) : symbol;
    },
    count: () => terminals.length,
  };
}
