import { endSymbol, type SymbolTable } from "./symbols.ts";

/**
 * What may still follow, as a set of symbols each with the set that follows it in turn: the graph-structured stack of
 * Tomita (1985). Equal sets have equal numbers, and a symbol is in a set only once, so that ambiguous grammars stay small.
 */
export interface StackTable {
  /** The set that allows nothing but the end. */
  readonly end: number;
  /** Symbols and the sets behind them, alternating, ascending by symbol. */
  pairsOf(stack: number): Int32Array;
  /** The set of one symbol with `stack` behind it. */
  push(symbol: number, stack: number): number;
  /** What may be read now. */
  open(stack: number): OpenStack;
  /** The set after a byte; -1 when the byte may not come. */
  step(stack: number, byte: number): number;
  count(): number;
}

/** A set whose symbols all read bytes. */
export interface OpenStack {
  /** Terminals and the sets behind them, alternating. */
  pairs: Int32Array;
  /** Whether the answer may end here. */
  mayEnd: boolean;
}

/** Symbols and stacks are numbered below this, so that a pair of them is an exact number. */
export const pairBase = 2 ** 26;

/** The sets of a grammar, numbered as they are met. */
export function createStackTable(symbols: SymbolTable): StackTable {
  const contents: Int32Array[] = [];
  const numbers = new Map<string, number>();
  const pushed = new Map<number, number>();
  const opened: (OpenStack | undefined)[] = [];
  const steps = new Map<number, number>();

  function intern(pairs: Map<number, number>): number {
    const content = Int32Array.from([...pairs].toSorted((a, b) => a[0] - b[0]).flat());
    const key = content.join();
    const known = numbers.get(key);
    if (known !== undefined) return known;
    opened.push(undefined);
    const stack = contents.push(content) - 1;
    numbers.set(key, stack);
    return stack;
  }

  function push(symbol: number, stack: number): number {
    const key = symbol * pairBase + stack;
    let result = pushed.get(key);
    if (result === undefined) {
      result = intern(new Map([[symbol, stack]]));
      pushed.set(key, result);
    }
    return result;
  }

  function addPair(pairs: Map<number, number>, symbol: number, stack: number): void {
    const known = pairs.get(symbol);
    pairs.set(symbol, known === undefined || known === stack ? stack : unite(known, stack));
  }

  function addAll(pairs: Map<number, number>, stack: number): void {
    const content = contents[stack] as Int32Array;
    for (let index = 0; index < content.length; index += 2) addPair(pairs, content[index] as number, content[index + 1] as number);
  }

  function unite(one: number, other: number): number {
    const pairs = new Map<number, number>();
    addAll(pairs, one);
    addAll(pairs, other);
    return intern(pairs);
  }

  function openStack(stack: number): OpenStack {
    const pairs = new Map<number, number>();
    let mayEnd = false;
    const seen = new Set<number>();
    const pending: [symbol: number, stack: number][] = [];
    const expect = (next: number): void => {
      const content = contents[next] as Int32Array;
      for (let index = 0; index < content.length; index += 2) pending.push([content[index] as number, content[index + 1] as number]);
    };
    expect(stack);
    for (let top = pending.pop(); top !== undefined; top = pending.pop()) {
      const [symbol, behind] = top;
      const key = symbol * pairBase + behind;
      if (seen.has(key)) continue;
      seen.add(key);
      const terminal = symbols.terminals.get(symbol);
      if (symbol === endSymbol) mayEnd = true;
      else if (terminal !== undefined) {
        addPair(pairs, symbol, behind);
        if (terminal.leastBytes === 0) expect(behind);
      } else {
        for (const sequence of symbols.sequencesOf(symbol)) {
          const [first, ...rest] = sequence;
          if (first === undefined) expect(behind);
          else pending.push([first, rest.reduceRight((below, one) => push(one, below), behind)]);
        }
      }
    }
    return { pairs: Int32Array.from([...pairs].flat()), mayEnd };
  }

  function open(stack: number): OpenStack {
    return (opened[stack] ??= openStack(stack));
  }

  function takeStep(stack: number, byte: number): number {
    const { pairs } = open(stack);
    const next = new Map<number, number>();
    for (let index = 0; index < pairs.length; index += 2) {
      const symbol = symbols.terminals.step(pairs[index] as number, byte);
      if (symbol === -1) continue;
      const behind = pairs[index + 1] as number;
      if (symbols.terminals.get(symbol)?.isLast) addAll(next, behind);
      else addPair(next, symbol, behind);
    }
    return next.size === 0 ? -1 : intern(next);
  }

  return {
    end: push(endSymbol, intern(new Map())),
    pairsOf: (stack) => contents[stack] as Int32Array,
    push,
    open,
    step(stack, byte) {
      const key = stack * 256 + byte;
      let next = steps.get(key);
      if (next === undefined) {
        next = takeStep(stack, byte);
        steps.set(key, next);
      }
      return next;
    },
    count: () => contents.length + steps.size,
  };
}
