import type { PreparedVocabulary } from "../prepare-vocabulary.ts";
import { findChild } from "../token-trie.ts";
import { pairBase, type StackTable } from "./stacks.ts";
import { endSymbol, type SymbolTable } from "./symbols.ts";
import type { Terminal } from "./terminals.ts";

/**
 * How many tokens it takes to finish, without the end token.
 *
 * It is the fewest tokens for the shortest text that finishes, every symbol being written in its shortest way. Where several
 * ways are open at once (ambiguous grammars), the best of them counts. Writing the first of those tokens leaves exactly one
 * token less to write, so whoever can afford the cost of a state can afford that of a next one: an answer never gets stuck.
 */
export interface TokenCosts {
  /** Tokens to finish from a set. */
  ofStack(stack: number): number;
  /** Tokens to finish from a terminal with a set behind it. */
  ofPair(symbol: number, stack: number): number;
}

/** A terminal and the set behind it; the end is the pair of the end symbol. */
type Pair = readonly [symbol: number, stack: number];

const keyOf = ([symbol, stack]: Pair): number => symbol * pairBase + stack;

/** Costs, remembered for every pair that was asked for. */
export function createTokenCosts(vocabulary: PreparedVocabulary, symbols: SymbolTable, stacks: StackTable): TokenCosts {
  const { trie } = vocabulary;
  const costs = new Map<number, number>();
  const stackCosts = new Map<number, number>();

  function pairsOf(stack: number): Pair[] {
    const content = stacks.pairsOf(stack);
    return Array.from({ length: content.length / 2 }, (_, index) => [content[2 * index] as number, content[2 * index + 1] as number]);
  }

  /** The terminals that the shortest text of the pairs begins with: one, or more where ways were united. */
  function settle(pending: Pair[]): Pair[] {
    const settled: Pair[] = [];
    const seen = new Set<number>();
    for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
      if (seen.has(keyOf(pair))) continue;
      seen.add(keyOf(pair));
      const [symbol, stack] = pair;
      const terminal = symbols.terminals.get(symbol);
      if (symbol === endSymbol || (terminal !== undefined && terminal.leastBytes > 0)) settled.push(pair);
      else {
        const [first, ...rest] = terminal === undefined ? (symbols.sequencesOf(symbol)[0] as readonly number[]) : [];
        if (first === undefined) pending.push(...pairsOf(stack));
        else pending.push([first, rest.reduceRight((below, one) => stacks.push(one, below), stack)]);
      }
    }
    return settled;
  }

  /** Where the next byte of the shortest text leads. */
  function follow([symbol, stack]: Pair): Pair[] {
    const next = symbols.terminals.step(symbol, (symbols.terminals.get(symbol) as Terminal).nextByte);
    return settle([[next, stack]]);
  }

  const isKnown = (pair: Pair): boolean => pair[0] === endSymbol || costs.has(keyOf(pair));
  const known = (pair: Pair): number => (pair[0] === endSymbol ? 0 : (costs.get(keyOf(pair)) as number));

  /** The best first token, when the costs of everything behind it are known. */
  function cheapest(start: Pair): number {
    let best = Infinity;
    const pending: [pair: Pair, node: number][] = [[start, 0]];
    const seen = new Set<string>();
    for (let top = pending.pop(); top !== undefined; top = pending.pop()) {
      const [pair, node] = top;
      const child = findChild(trie, node, (symbols.terminals.get(pair[0]) as Terminal).nextByte);
      if (child === -1) continue;
      const isToken = (trie.tokenOffsets[child] as number) < (trie.tokenOffsets[child + 1] as number);
      const next = follow(pair);
      for (const after of next) {
        if (isToken) best = Math.min(best, 1 + known(after));
        if (after[0] === endSymbol) continue;
        // United ways meet again: without this, ways double with every byte.
        const key = next.length > 1 || seen.size > 0 ? `${child},${after.join()}` : "";
        if (key !== "" && seen.has(key)) continue;
        if (key !== "") seen.add(key);
        pending.push([after, child]);
      }
    }
    return best;
  }

  /** Costs are computed from the end of the text to its start, without recursion: texts may be long. */
  function compute(pair: Pair): void {
    const pending = [pair];
    for (let top = pending.at(-1); top !== undefined; top = pending.at(-1)) {
      if (isKnown(top)) {
        pending.pop();
        continue;
      }
      const missing = follow(top).filter((next) => !isKnown(next));
      if (missing.length > 0) pending.push(...missing);
      else {
        costs.set(keyOf(top), cheapest(top));
        pending.pop();
      }
    }
  }

  function costOf(pairs: readonly Pair[]): number {
    let best = Infinity;
    for (const pair of pairs) {
      if (!isKnown(pair)) compute(pair);
      best = Math.min(best, known(pair));
    }
    return best;
  }

  return {
    ofStack(stack) {
      let cost = stackCosts.get(stack);
      if (cost === undefined) {
        cost = costOf(settle(pairsOf(stack)));
        stackCosts.set(stack, cost);
      }
      return cost;
    },
    ofPair(symbol, stack) {
      const pair: Pair = [symbol, stack];
      if (costs.has(keyOf(pair))) return costs.get(keyOf(pair)) as number;
      return costOf(settle([pair]));
    },
  };
}
