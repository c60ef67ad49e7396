import { CodedError } from "@repo/contracts/coded-error";
import type { GrammarState } from "./compiled-grammar.ts";
import type { Machine } from "./machine/machine.ts";

const addBit = (mask: Uint32Array, bit: number): void => {
  mask[bit >> 5] = (mask[bit >> 5] as number) | (1 << (bit & 31));
};

/** A state of `machine` in the set `stack`. */
export function createGrammarState(machine: Machine, stack: number, isFinished = false): GrammarState {
  const { vocabulary, stacks, costs, masks, forced } = machine;
  const mask = new Uint32Array(Math.ceil(vocabulary.size / 32));
  let at = stack;
  let finished = isFinished;

  /** What finishing may cost after one more token: that token and the end token are paid already. */
  const mostCostAfter = (remaining: number): number => remaining - 2;

  return {
    get finished() {
      return finished;
    },
    allowed(remaining) {
      mask.fill(0);
      if (finished) return mask;
      if (!(costs.ofStack(at) + 1 <= remaining)) {
        throw new CodedError("internal", `The answer needs ${costs.ofStack(at) + 1} more tokens, but only ${remaining} remain.`);
      }
      masks.add(at, mostCostAfter(remaining), mask);
      if (stacks.open(at).mayEnd) for (const token of vocabulary.endTokens) addBit(mask, token);
      return mask;
    },
    forced(remaining) {
      if (finished) return [];
      const { pairs, mayEnd } = stacks.open(at);
      if (mayEnd) return pairs.length === 0 ? vocabulary.endTokens.slice(0, 1) : [];
      const { tokens, stack: after } = forced.from(at);
      if (tokens.length > 0 && tokens.length + costs.ofStack(after) + 1 <= remaining) {
        const isComplete = stacks.open(after).mayEnd && stacks.open(after).pairs.length === 0;
        return isComplete ? [...tokens, vocabulary.endTokens[0] as number] : tokens;
      }
      const only = masks.onlyToken(at, mostCostAfter(remaining));
      return only === -1 ? [] : [only];
    },
    accept(token) {
      const isEnd = vocabulary.endTokens.includes(token);
      const bytes = vocabulary.bytesOf(token);
      let next = finished || (isEnd && !stacks.open(at).mayEnd) ? -1 : at;
      if (!isEnd) {
        if (bytes === undefined) next = -1;
        else for (const byte of bytes) next = next === -1 ? -1 : stacks.step(next, byte);
      }
      if (next === -1) throw new CodedError("internal", `The grammar does not allow token ${token} here.`);
      finished = isEnd;
      at = next;
    },
    fork: () => createGrammarState(machine, at, finished),
  };
}
