import { type CharacterSet, complementOf, intersectSets, toCharacterSet, toRanges } from "./character-set.ts";

/** Inclusive range of code points and the state it leads to. */
export type CharacterEdge = readonly [low: number, high: number, target: number];

/** A deterministic automaton over code points, start state 0. Edges of a state are disjoint and ascending. */
export type CharacterAutomaton = readonly { accepts: boolean; edges: readonly CharacterEdge[] }[];

/** Thrown by constructions that would exceed their limit; callers turn it into a message about their input. */
export class AutomatonTooLarge extends Error {
  override readonly name = "AutomatonTooLarge";
}

/** States of a product: what a pattern and its limits may grow to. Beyond this, building them takes longer than an answer. */
const mostProductStates = 2048;

/** Every text of the characters of `set`. */
export function anyTextOf(set: CharacterSet): CharacterAutomaton {
  return [{ accepts: true, edges: toRanges(set).map(([low, high]) => [low, high, 0]) }];
}

function explore<State>(
  start: State,
  keyOf: (state: State) => string,
  expand: (state: State) => { accepts: boolean; edges: [low: number, high: number, to: State][] },
): CharacterAutomaton {
  const numbers = new Map([[keyOf(start), 0]]);
  const states = [start];
  const result: { accepts: boolean; edges: CharacterEdge[] }[] = [];
  for (let index = 0; index < states.length; index += 1) {
    const { accepts, edges } = expand(states[index] as State);
    const numbered = edges.map(([low, high, to]): CharacterEdge => {
      const key = keyOf(to);
      let number = numbers.get(key);
      if (number === undefined) {
        number = states.length;
        if (number >= mostProductStates) throw new AutomatonTooLarge();
        numbers.set(key, number);
        states.push(to);
      }
      return [low, high, number];
    });
    result.push({ accepts, edges: numbered });
  }
  return result;
}

/**
 * The texts of an automaton with at least `least` and at most `most` characters (Infinity: no limit).
 * @throws AutomatonTooLarge when that needs too many states
 */
export function limitLength(automaton: CharacterAutomaton, least: number, most: number): CharacterAutomaton {
  // Beyond the larger finite limit nothing is counted any more.
  const cap = most === Infinity ? least : most + 1;
  return explore(
    { state: 0, length: 0 },
    ({ state, length }) => `${state},${length}`,
    ({ state, length }) => {
      const { accepts, edges } = automaton[state] as CharacterAutomaton[number];
      return {
        accepts: accepts && length >= least && length <= most,
        edges: length >= most ? [] : edges.map(([low, high, target]) => [low, high, { state: target, length: Math.min(length + 1, cap) }]),
      };
    },
  );
}

/**
 * The texts that both automata accept.
 * @throws AutomatonTooLarge when that needs too many states
 */
export function intersectAutomata(a: CharacterAutomaton, b: CharacterAutomaton): CharacterAutomaton {
  return explore<readonly [number, number]>(
    [0, 0],
    (pair) => pair.join(","),
    ([first, second]) => {
      const one = a[first] as CharacterAutomaton[number];
      const other = b[second] as CharacterAutomaton[number];
      const edges: [number, number, readonly [number, number]][] = [];
      for (const [lowOne, highOne, targetOne] of one.edges) {
        for (const [lowOther, highOther, targetOther] of other.edges) {
          const low = Math.max(lowOne, lowOther);
          const high = Math.min(highOne, highOther);
          if (low <= high) edges.push([low, high, [targetOne, targetOther]]);
        }
      }
      return { accepts: one.accepts && other.accepts, edges };
    },
  );
}

/** Every text of the characters of `set`, except these. */
export function anyTextBut(texts: readonly string[], set: CharacterSet): CharacterAutomaton {
  // State 0 is the root of the tree of texts, state 1 is reached by whoever leaves the tree.
  const branches: { accepts: boolean; children: Map<number, number> }[] = [
    { accepts: true, children: new Map() },
    { accepts: true, children: new Map() },
  ];
  for (const text of texts) {
    let state = 0;
    for (const character of text) {
      const codePoint = character.codePointAt(0) as number;
      const { children } = branches[state] as (typeof branches)[number];
      const next = children.get(codePoint) ?? branches.length;
      if (next === branches.length) {
        branches.push({ accepts: true, children: new Map() });
        children.set(codePoint, next);
      }
      state = next;
    }
    (branches[state] as (typeof branches)[number]).accepts = false;
  }
  return branches.map(({ accepts, children }) => {
    const points = [...children.keys()];
    const others = intersectSets(set, complementOf(toCharacterSet(points.map((point) => [point, point]))));
    const known = intersectSets(set, toCharacterSet(points.map((point) => [point, point])));
    const edges: CharacterEdge[] = toRanges(others).map(([low, high]) => [low, high, 1]);
    for (const [low, high] of toRanges(known)) {
      for (let point = low; point <= high; point += 1) edges.push([point, point, children.get(point) as number]);
    }
    return { accepts, edges: edges.toSorted((a, b) => a[0] - b[0]) };
  });
}
