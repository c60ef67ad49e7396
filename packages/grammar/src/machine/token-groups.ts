import { type ByteAutomaton, isLastState } from "../automata/byte-automaton.ts";
import type { TokenTrie } from "../token-trie.ts";

/** Tokens that leave an automaton in the same state. */
export interface TokenGroup {
  state: number;
  /** Characters that they begin; only counted when asked for. */
  begun: number;
  /** Either the tokens, or a mask of them when they are many. */
  tokens: Int32Array | undefined;
  mask: Uint32Array | undefined;
  count: number;
}

/** What the tokens of a vocabulary do from one state of an automaton. */
export interface TokenGroups {
  /** Tokens that stay within the automaton, by what they lead to. */
  groups: readonly TokenGroup[];
  /** Nodes of the tree where the automaton may be left, and longer tokens go on: what is behind it decides about them. */
  exits: readonly { node: number; state: number; begun: number }[];
}

/** Remembers groups per automaton and state. */
export interface GroupCache {
  /** @param countFrom when given, bytes other than the last one that leave this state begin a character and are counted */
  get(automaton: ByteAutomaton, state: number, countFrom?: number): TokenGroups;
}

/** Memory for groups per vocabulary; a wide state of a vocabulary of 150,000 takes about 0.3 MB. */
const mostCachedBytes = 64 * 2 ** 20;

function toGroup(key: number, tokens: readonly number[], stateCount: number, words: number): TokenGroup {
  const base = { state: key % stateCount, begun: Math.floor(key / stateCount), count: tokens.length };
  if (tokens.length <= words) return { ...base, tokens: Int32Array.from(tokens), mask: undefined };
  const mask = new Uint32Array(words);
  for (const token of tokens) mask[token >> 5] = (mask[token >> 5] as number) | (1 << (token & 31));
  return { ...base, tokens: undefined, mask };
}

function analyse(
  trie: TokenTrie,
  words: number,
  automaton: ByteAutomaton,
  from: { state: number; countFrom: number | undefined },
): TokenGroups {
  const { byteOf, depthOf, endOf, tokenOffsets, tokens, nodeCount } = trie;
  const { offsets, lows, highs, targets, table, accepts, stateCount } = automaton;
  const found = new Map<number, number[]>();
  const exits: { node: number; state: number; begun: number }[] = [];
  const states = new Int32Array(trie.deepest + 1);
  const begun = new Int32Array(trie.deepest + 1);
  states[0] = from.state;
  let node = 1;
  while (node < nodeCount) {
    const depth = depthOf[node] as number;
    const before = states[depth - 1] as number;
    const byte = byteOf[node] as number;
    let state = -1;
    if (table) state = table[before * 256 + byte] as number;
    else {
      for (let index = offsets[before] as number; index < (offsets[before + 1] as number); index += 1) {
        if (byte >= (lows[index] as number) && byte <= (highs[index] as number)) {
          state = targets[index] as number;
          break;
        }
      }
    }
    if (state === -1) {
      node = endOf[node] as number;
      continue;
    }
    states[depth] = state;
    const isLast = isLastState(automaton, state);
    const count = (begun[depth - 1] as number) + (before === from.countFrom && !isLast ? 1 : 0);
    begun[depth] = count;
    const first = tokenOffsets[node] as number;
    const end = tokenOffsets[node + 1] as number;
    if (first < end) {
      const key = count * stateCount + state;
      let list = found.get(key);
      if (list === undefined) found.set(key, (list = []));
      for (let index = first; index < end; index += 1) list.push(tokens[index] as number);
    }
    if (accepts[state] === 1 && (endOf[node] as number) > node + 1) exits.push({ node, state, begun: count });
    node = isLast ? (endOf[node] as number) : node + 1;
  }
  return { groups: [...found].map(([key, list]) => toGroup(key, list, stateCount, words)), exits };
}

/** A cache of {@link TokenGroups} for one vocabulary, bounded in memory. */
export function createGroupCache(trie: TokenTrie, size: number): GroupCache {
  const words = Math.ceil(size / 32);
  let known = new WeakMap<ByteAutomaton, Map<number, TokenGroups>>();
  let bytes = 0;
  return {
    get(automaton, state, countFrom) {
      let states = known.get(automaton);
      const cached = states?.get(state);
      if (cached) return cached;
      const groups = analyse(trie, words, automaton, { state, countFrom });
      bytes += groups.exits.length * 64;
      for (const group of groups.groups) bytes += 100 + 4 * Math.min(words, group.count);
      if (bytes > mostCachedBytes) {
        known = new WeakMap();
        states = undefined;
        bytes = 0;
      }
      if (states === undefined) known.set(automaton, (states = new Map()));
      states.set(state, groups);
      return groups;
    },
  };
}
