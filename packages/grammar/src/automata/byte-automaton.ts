/**
 * A deterministic automaton over bytes. From every state an accepting one can be reached, so an answer that has come this
 * far can be finished.
 */
export interface ByteAutomaton {
  /** States are 0 (the start) to stateCount - 1. */
  stateCount: number;
  /** 1 where a word may end. */
  accepts: Uint8Array;
  /** Transitions of state s are at offsets[s] to offsets[s + 1] - 1 of lows, highs and targets; lows ascend. */
  offsets: Int32Array;
  lows: Uint8Array;
  highs: Uint8Array;
  targets: Int32Array;
  /** Bytes of the shortest way to an accepting state. */
  leastBytes: Int32Array;
  /** The first byte of that way; -1 in accepting states. */
  nextByte: Int16Array;
  /** The transitions again as a table of 256 per state (-1: none), for automata with wide states. */
  table: Int32Array | undefined;
}

/** Inclusive range of bytes and where it leads. */
export type ByteTransition = readonly [low: number, high: number, target: number];

/** One state while an automaton is built; transitions are disjoint, in any order. */
export interface ByteStateDraft {
  accepts: boolean;
  transitions: ByteTransition[];
}

/** Above this a table of 256 targets per state is not worth its memory (4 MB). */
const mostStatesWithTable = 4096;

/** Where `byte` leads from `state`; -1 when nowhere. */
export function stepBytes(automaton: ByteAutomaton, state: number, byte: number): number {
  if (automaton.table) return automaton.table[state * 256 + byte] as number;
  const end = automaton.offsets[state + 1] as number;
  for (let index = automaton.offsets[state] as number; index < end; index += 1) {
    if (byte < (automaton.lows[index] as number)) return -1;
    if (byte <= (automaton.highs[index] as number)) return automaton.targets[index] as number;
  }
  return -1;
}

/** True when a word that is in `state` cannot go on: it is complete. */
export function isLastState(automaton: ByteAutomaton, state: number): boolean {
  return automaton.offsets[state] === automaton.offsets[state + 1];
}

/** The only byte that may come next in `state`; -1 when there is a choice (ending included). */
export function onlyByte(automaton: ByteAutomaton, state: number): number {
  const first = automaton.offsets[state] as number;
  if (automaton.accepts[state] === 1 || automaton.offsets[state + 1] !== first + 1) return -1;
  const low = automaton.lows[first] as number;
  return automaton.highs[first] === low ? low : -1;
}

function measureDistances(drafts: readonly ByteStateDraft[]): Int32Array {
  const sources: number[][] = drafts.map(() => []);
  for (const [state, draft] of drafts.entries()) for (const [, , target] of draft.transitions) sources[target]?.push(state);
  const distances = new Int32Array(drafts.length).fill(-1);
  const queue = drafts.flatMap((draft, state) => (draft.accepts ? [state] : []));
  for (const state of queue) distances[state] = 0;
  for (let index = 0; index < queue.length; index += 1) {
    const state = queue[index] as number;
    for (const source of sources[state] as number[]) {
      if (distances[source] !== -1) continue;
      distances[source] = (distances[state] as number) + 1;
      queue.push(source);
    }
  }
  return distances;
}

/** A byte of the transition, one that people can read where there is one. */
function readableByte([low, high]: ByteTransition): number {
  return low < 0x20 && high >= 0x20 ? 0x20 : low;
}

/** The transition on a shortest way out of a state; printable characters before control characters. */
function shortestTransition(transitions: readonly ByteTransition[], distances: Int32Array): ByteTransition | undefined {
  const rank = (transition: ByteTransition): number =>
    (distances[transition[2]] as number) * 512 + readableByte(transition) + (readableByte(transition) < 0x20 ? 256 : 0);
  return transitions.reduce<ByteTransition | undefined>(
    (best, transition) => (best === undefined || rank(transition) < rank(best) ? transition : best),
    undefined,
  );
}

/**
 * An automaton of the drafts that lie on a way from state 0 to an accepting state.
 * @returns undefined when state 0 leads to none: the language is empty
 */
export function buildByteAutomaton(drafts: readonly ByteStateDraft[]): ByteAutomaton | undefined {
  const distances = measureDistances(drafts);
  if (distances.length === 0 || distances[0] === -1) return undefined;
  const alive = drafts.map((draft) => draft.transitions.filter(([, , target]) => distances[target] !== -1).toSorted((a, b) => a[0] - b[0]));
  const numbers = new Int32Array(drafts.length).fill(-1);
  const order = [0];
  numbers[0] = 0;
  for (let index = 0; index < order.length; index += 1) {
    for (const [, , target] of alive[order[index] as number] as ByteTransition[]) {
      if (numbers[target] !== -1) continue;
      numbers[target] = order.length;
      order.push(target);
    }
  }
  const rows = order.map((state) => alive[state] as ByteTransition[]);
  const count = rows.reduce((sum, row) => sum + row.length, 0);
  const automaton: ByteAutomaton = {
    stateCount: order.length,
    accepts: Uint8Array.from(order, (state) => ((drafts[state] as ByteStateDraft).accepts ? 1 : 0)),
    offsets: new Int32Array(order.length + 1),
    lows: new Uint8Array(count),
    highs: new Uint8Array(count),
    targets: new Int32Array(count),
    leastBytes: Int32Array.from(order, (state) => distances[state] as number),
    nextByte: new Int16Array(order.length).fill(-1),
    table: undefined,
  };
  let next = 0;
  for (const [number, row] of rows.entries()) {
    const best = automaton.accepts[number] === 1 ? undefined : shortestTransition(row, distances);
    if (best) automaton.nextByte[number] = readableByte(best);
    for (const [low, high, target] of row) {
      automaton.lows[next] = low;
      automaton.highs[next] = high;
      automaton.targets[next] = numbers[target] as number;
      next += 1;
    }
    automaton.offsets[number + 1] = next;
  }
  automaton.table = toTable(automaton);
  return automaton;
}

function toTable(automaton: ByteAutomaton): Int32Array | undefined {
  const { stateCount, offsets, lows, highs, targets } = automaton;
  if (stateCount > mostStatesWithTable || targets.length <= 3 * stateCount) return undefined;
  const table = new Int32Array(stateCount * 256).fill(-1);
  for (let state = 0; state < stateCount; state += 1) {
    for (let index = offsets[state] as number; index < (offsets[state + 1] as number); index += 1) {
      table.fill(targets[index] as number, state * 256 + (lows[index] as number), state * 256 + (highs[index] as number) + 1);
    }
  }
  return table;
}
