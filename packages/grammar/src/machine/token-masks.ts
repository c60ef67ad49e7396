import type { PreparedVocabulary } from "../prepare-vocabulary.ts";
import type { TokenTrie } from "../token-trie.ts";
import { pairBase, type StackTable } from "./stacks.ts";
import type { SymbolTable } from "./symbols.ts";
import type { Terminal } from "./terminals.ts";
import type { TokenCosts } from "./token-costs.ts";

/** Tokens after which finishing takes `cost` more tokens. */
interface CostLevel {
  cost: number;
  tokens: number[];
  masks: Uint32Array[];
}

/** The tokens that may come in one place, by what finishing costs after them. */
interface GradedTokens {
  /** Ascending by cost. */
  levels: CostLevel[];
  /** All levels in one, when they are many tokens. */
  all: Uint32Array | undefined;
  count: number;
}

/** Which tokens may come next. */
export interface TokenMasks {
  /** Adds the tokens that may follow in `stack` and after which finishing takes at most `mostCost` tokens. */
  add(stack: number, mostCost: number, mask: Uint32Array): void;
  /** The token, when exactly one is to be added; otherwise -1. */
  onlyToken(stack: number, mostCost: number): number;
}

/** Memory for the masks of one grammar. */
const mostCachedBytes = 32 * 2 ** 20;
/** From so many tokens on, a mask of them all is kept. */
const manyTokens = 256;

const noTokens: GradedTokens = { levels: [], all: undefined, count: 0 };

function addTokens(mask: Uint32Array, tokens: readonly number[]): void {
  for (const token of tokens) mask[token >> 5] = (mask[token >> 5] as number) | (1 << (token & 31));
}

function addMask(mask: Uint32Array, other: Uint32Array): void {
  for (let word = 0; word < mask.length; word += 1) mask[word] = (mask[word] as number) | (other[word] as number);
}

function addLevels(mask: Uint32Array, levels: readonly CostLevel[], mostCost: number): void {
  for (const level of levels) {
    if (level.cost > mostCost) return;
    addTokens(mask, level.tokens);
    for (const other of level.masks) addMask(mask, other);
  }
}

/** Tokens of the branch below `top` that go on with what `stack` allows. */
function walkBranch(
  trie: TokenTrie,
  stacks: StackTable,
  { top, stack }: { top: number; stack: number },
  visit: (token: number, stack: number) => void,
): void {
  const { byteOf, depthOf, endOf, tokenOffsets, tokens } = trie;
  const base = depthOf[top] as number;
  const end = endOf[top] as number;
  const stackAt = [stack];
  let node = top + 1;
  while (node < end) {
    const depth = (depthOf[node] as number) - base;
    const next = stacks.step(stackAt[depth - 1] as number, byteOf[node] as number);
    if (next === -1) {
      node = endOf[node] as number;
      continue;
    }
    stackAt[depth] = next;
    for (let index = tokenOffsets[node] as number; index < (tokenOffsets[node + 1] as number); index += 1)
      visit(tokens[index] as number, next);
    node += 1;
  }
}

/** Masks of one grammar, remembered per place. */
export function createTokenMasks(vocabulary: PreparedVocabulary, symbols: SymbolTable, stacks: StackTable, costs: TokenCosts): TokenMasks {
  const { trie, groups: groupCache, size } = vocabulary;
  const words = Math.ceil(size / 32);
  const graded = new Map<number, GradedTokens>();
  let cachedBytes = 0;

  function grade(symbol: number, stack: number): GradedTokens {
    const { automaton, state, isText } = symbols.terminals.get(symbol) as Terminal;
    const { groups, exits } = groupCache.get(automaton, state, isText ? 0 : undefined);
    const levels = new Map<number, CostLevel>();
    let count = 0;
    const levelOf = (cost: number): CostLevel => {
      let level = levels.get(cost);
      if (level === undefined) levels.set(cost, (level = { cost, tokens: [], masks: [] }));
      return level;
    };
    for (const group of groups) {
      const reached = symbols.terminals.reach(symbol, group.state, group.begun);
      if (reached === -1) continue;
      const level = levelOf(symbols.terminals.get(reached)?.isLast ? costs.ofStack(stack) : costs.ofPair(reached, stack));
      if (group.mask) level.masks.push(group.mask);
      for (const token of group.tokens ?? []) level.tokens.push(token);
      count += group.count;
    }
    for (const exit of exits) {
      if (symbols.terminals.reach(symbol, exit.state, exit.begun) === -1) continue;
      walkBranch(trie, stacks, { top: exit.node, stack }, (token, after) => {
        levelOf(costs.ofStack(after)).tokens.push(token);
        count += 1;
      });
    }
    if (count === 0) return noTokens;
    const sorted = [...levels.values()].toSorted((a, b) => a.cost - b.cost);
    let all: Uint32Array | undefined;
    if (count > manyTokens) {
      all = new Uint32Array(words);
      addLevels(all, sorted, Infinity);
    }
    return { levels: sorted, all, count };
  }

  function gradedOf(symbol: number, stack: number): GradedTokens {
    const same = symbols.terminals.sameTokensAs(symbol);
    const key = same * pairBase + stack;
    let tokens = graded.get(key);
    if (tokens === undefined) {
      tokens = grade(same, stack);
      cachedBytes += 200 + 8 * Math.min(tokens.count, size / 4) + (tokens.all?.byteLength ?? 0);
      if (cachedBytes > mostCachedBytes) {
        graded.clear();
        cachedBytes = 0;
      }
      graded.set(key, tokens);
    }
    return tokens;
  }

  return {
    add(stack, mostCost, mask) {
      const { pairs } = stacks.open(stack);
      for (let index = 0; index < pairs.length; index += 2) {
        const { levels, all } = gradedOf(pairs[index] as number, pairs[index + 1] as number);
        if (all && (levels.at(-1) as CostLevel).cost <= mostCost) addMask(mask, all);
        else addLevels(mask, levels, mostCost);
      }
    },
    onlyToken(stack, mostCost) {
      const { pairs } = stacks.open(stack);
      let only = -1;
      for (let index = 0; index < pairs.length; index += 2) {
        const { levels } = gradedOf(pairs[index] as number, pairs[index + 1] as number);
        for (const level of levels) {
          if (level.cost > mostCost) break;
          if (level.masks.length > 0) return -1;
          for (const token of level.tokens) {
            if (only !== -1 && only !== token) return -1;
            only = token;
          }
        }
      }
      return only;
    },
  };
}
