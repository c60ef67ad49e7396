import { AutomatonTooLarge, type CharacterAutomaton, type CharacterEdge } from "../automata/character-automaton.ts";
import { type CharacterSet, everyCharacter, intersectSets } from "../automata/character-set.ts";
import { type RegexNode, RegexProblem } from "./regex-node.ts";

/** States before determinisation: repetitions are written out, so this bounds their product. */
const mostParts = 20_000;
/** States of the result. */
const mostStates = 2000;
/** Steps of the construction: tens of milliseconds. */
const mostWork = 3_000_000;

/** A nondeterministic state: a character leads to `next`, or nothing does to the `free` ones. */
interface Part {
  set?: CharacterSet;
  next?: number;
  free: number[];
  /** The free ways are open only before the first or behind the last character. */
  assertion?: "start" | "end";
}

function countParts(node: RegexNode): number {
  switch (node.type) {
    case "sequence":
      return node.parts.reduce((sum, part) => sum + countParts(part), 1);
    case "either":
      return node.options.reduce((sum, option) => sum + countParts(option), 1);
    case "repeat":
      return (countParts(node.part) + 1) * Math.max(1, node.most === Infinity ? node.least + 1 : node.most);
    default:
      return 1;
  }
}

/** Adds the states of `node`, from which `exit` is reached; the entry's number. Built from the end to the start (Thompson 1968). */
function addNode(parts: Part[], node: RegexNode, exit: number): number {
  switch (node.type) {
    case "set":
      return parts.push({ set: node.set, next: exit, free: [] }) - 1;
    case "start":
    case "end":
      return parts.push({ free: [exit], assertion: node.type }) - 1;
    case "sequence":
      return node.parts.reduceRight((after, part) => addNode(parts, part, after), exit);
    case "either":
      return parts.push({ free: node.options.map((option) => addNode(parts, option, exit)) }) - 1;
    default: {
      let entry = exit;
      if (node.most === Infinity) {
        const loop: Part = { free: [exit] };
        entry = parts.push(loop) - 1;
        loop.free.push(addNode(parts, node.part, entry));
      } else {
        for (let count = node.least; count < node.most; count += 1) {
          entry = parts.push({ free: [exit, addNode(parts, node.part, entry)] }) - 1;
        }
      }
      for (let count = 0; count < node.least; count += 1) entry = addNode(parts, node.part, entry);
      return entry;
    }
  }
}

/** Boundaries of all sets: between two of them all characters are alike. */
function splitAlphabet(parts: readonly Part[]): { classes: [low: number, high: number][]; classesOf: Map<CharacterSet, number[]> } {
  const cuts = new Set<number>();
  for (const { set } of parts) {
    for (const [index, point] of (set ?? []).entries()) cuts.add(index % 2 === 0 ? point : point + 1);
  }
  const sorted = [...cuts].toSorted((a, b) => a - b);
  const classes = sorted.slice(0, -1).map((low, index): [number, number] => [low, (sorted[index + 1] as number) - 1]);
  const classesOf = new Map<CharacterSet, number[]>();
  for (const { set } of parts) {
    if (!set || classesOf.has(set)) continue;
    const inside: number[] = [];
    for (const [index, [low]] of classes.entries()) if (contains(set, low)) inside.push(index);
    classesOf.set(set, inside);
  }
  return { classes, classesOf };
}

function contains(set: CharacterSet, point: number): boolean {
  for (let index = 0; index < set.length; index += 2) {
    if (point < (set[index] as number)) return false;
    if (point <= (set[index + 1] as number)) return true;
  }
  return false;
}

/** Makes the sets of a tree the same objects where they are equal, and limits them to what can be written. */
function limitSets(node: RegexNode, alphabet: CharacterSet, known: Map<string, CharacterSet>): RegexNode {
  switch (node.type) {
    case "set": {
      const key = node.set.join();
      const set = known.get(key) ?? intersectSets(node.set, alphabet);
      known.set(key, set);
      return { type: "set", set };
    }
    case "sequence":
      return { ...node, parts: node.parts.map((part) => limitSets(part, alphabet, known)) };
    case "either":
      return { ...node, options: node.options.map((option) => limitSets(option, alphabet, known)) };
    case "repeat":
      return { ...node, part: limitSets(node.part, alphabet, known) };
    default:
      return node;
  }
}

/** How a pattern is meant: `whole` matches the text from end to end, `search` (JSON Schema) anywhere in it. */
export type RegexMode = "whole" | "search";

/**
 * The texts that match a pattern.
 * @param alphabet the characters that can be written
 * @throws RegexProblem when the pattern is too complex, AutomatonTooLarge never
 */
export function buildRegexAutomaton(pattern: RegexNode, mode: RegexMode, alphabet: CharacterSet = everyCharacter): CharacterAutomaton {
  const node = limitSets(pattern, alphabet, new Map());
  if (countParts(node) > mostParts) throw new RegexProblem("the pattern's repetitions are too many");
  const parts: Part[] = [];
  const final = parts.push({ free: [] }) - 1;
  // In a search anything may follow what was found: from there every text is accepted.
  if (mode === "search") Object.assign(parts[final] as Part, { set: alphabet, next: final });
  let start = addNode(parts, node, final);
  if (mode === "search") {
    const before = parts.push({ set: alphabet, free: [] }) - 1;
    const loop = parts.push({ free: [start, before] }) - 1;
    (parts[before] as Part).next = loop;
    start = loop;
  }
  try {
    return determinise(parts, start, { final, isFinalForGood: mode === "search" });
  } catch (error) {
    if (error instanceof AutomatonTooLarge) throw new RegexProblem("the pattern is too complex", { cause: error });
    throw error;
  }
}

function determinise(parts: readonly Part[], start: number, end: { final: number; isFinalForGood: boolean }): CharacterAutomaton {
  const { classes, classesOf } = splitAlphabet(parts);
  let work = 0;
  const spend = (amount: number): void => {
    work += amount;
    if (work > mostWork) throw new AutomatonTooLarge();
  };

  function close(seeds: readonly number[], atStart: boolean, atEnd: boolean): number[] {
    const reached = new Set(seeds);
    for (const number of reached) {
      const { free, assertion } = parts[number] as Part;
      spend(1 + free.length);
      if ((assertion === "start" && !atStart) || (assertion === "end" && !atEnd)) continue;
      for (const next of free) reached.add(next);
    }
    if (end.isFinalForGood && !atEnd && reached.has(end.final)) return [end.final];
    // Only what reads a character, may end or waits for the end tells two states apart.
    const telling = [...reached].filter((number) => {
      const { set, assertion } = parts[number] as Part;
      return set !== undefined || number === end.final || assertion === "end";
    });
    return telling.toSorted((a, b) => a - b);
  }

  const first = close([start], true, false);
  const numbers = new Map([[`start:${first.join()}`, 0]]);
  const states = [first];
  const result: { accepts: boolean; edges: CharacterEdge[] }[] = [];
  for (let index = 0; index < states.length; index += 1) {
    const members = states[index] as number[];
    const targets = new Map<number, number[]>();
    for (const number of members) {
      const { set, next } = parts[number] as Part;
      if (!set || next === undefined) continue;
      const inside = classesOf.get(set) as number[];
      spend(inside.length);
      for (const one of inside) {
        const list = targets.get(one);
        if (list) list.push(next);
        else targets.set(one, [next]);
      }
    }
    const closed = new Map<string, number>();
    const edges: [low: number, high: number, target: number][] = [];
    for (const [one, seeds] of [...targets].toSorted((a, b) => a[0] - b[0])) {
      const seedKey = seeds.join();
      spend(seeds.length);
      let target = closed.get(seedKey);
      if (target === undefined) {
        const after = close(seeds, false, false);
        const key = after.join();
        target = numbers.get(key) ?? states.push(after) - 1;
        numbers.set(key, target);
        closed.set(seedKey, target);
        if (states.length > mostStates) throw new AutomatonTooLarge();
      }
      const [low, high] = classes[one] as [number, number];
      const last = edges.at(-1);
      if (last?.[1] === low - 1 && last[2] === target) last[1] = high;
      else edges.push([low, high, target]);
    }
    result.push({ accepts: close(members, index === 0, true).includes(end.final), edges });
  }
  return result;
}
