import type { ByteAutomaton } from "../automata/byte-automaton.ts";
import { buildLiteralAutomaton } from "../automata/literal-automaton.ts";
import type { PreparedVocabulary } from "../prepare-vocabulary.ts";
import { leastItemBytes, measureShapes, nameBytes } from "../schema/measure-shapes.ts";
import { createTerminalTable, type TerminalTable } from "./terminals.ts";
import type { ArrayShape, ObjectShape, Separators, Shape, ShapeSet } from "../schema/shape.ts";

/** A symbol that stands for one of several sequences of symbols. */
interface Composite {
  leastBytes: number;
  /** Sequences, the shortest first; computed when first needed, because there are more than are ever met. */
  expand: () => number[][];
  sequences: number[][] | undefined;
}

/** Symbol 0: nothing may follow. It is neither a terminal nor replaced by anything. */
export const endSymbol = 0;

/** The symbols of a grammar, numbered as they are met. */
export interface SymbolTable {
  /** The symbol of the whole answer. */
  start: number;
  /** Those that read bytes. */
  terminals: TerminalTable;
  /** What a composite stands for, the shortest sequence first. */
  sequencesOf(symbol: number): readonly (readonly number[])[];
}

/** Numbers the symbols of `shapes`. */
export function createSymbolTable({ shapes, root }: ShapeSet, vocabulary: PreparedVocabulary, separators: Separators): SymbolTable {
  const bytesOf = measureShapes(shapes, separators);
  const terminals = createTerminalTable(vocabulary);
  const composites = new Map<number, Composite>();
  const named = new Map<string, number>();

  function literal(text: string): number {
    const key = `literal ${text}`;
    let symbol = named.get(key);
    if (symbol === undefined) {
      symbol = terminals.ofAutomaton(buildLiteralAutomaton([Buffer.from(text)]) as ByteAutomaton);
      named.set(key, symbol);
    }
    return symbol;
  }

  function composite(key: string, leastBytes: () => number, expand: () => number[][]): number {
    let symbol = named.get(key);
    if (symbol === undefined) {
      symbol = terminals.reserve();
      composites.set(symbol, { leastBytes: leastBytes(), expand, sequences: undefined });
      named.set(key, symbol);
    }
    return symbol;
  }

  const shapeSymbol = (number: number): number =>
    composite(
      `shape ${number}`,
      () => bytesOf[number] as number,
      () => expandShape(shapes[number] as Shape, number),
    );

  function expandShape(shape: Shape, number: number): number[][] {
    switch (shape.type) {
      case "never":
        return [];
      case "either":
        return shape.options.map((option) => [shapeSymbol(option)]);
      case "text":
        return [[terminals.ofAutomaton(shape.automaton)]];
      case "pattern":
        return [[literal('"'), terminals.ofAutomaton(shape.automaton)]];
      case "string":
        return [[literal('"'), terminals.ofString(shape.least, shape.most)]];
      case "object":
        return [[literal("{"), members(shape, number, { from: 0, isFirst: true })]];
      default:
        return [[literal("["), items(shape, number, { at: 0, isFirst: true, least: shape.least, most: shape.most })]];
    }
  }

  /** Members from the one at `from` on, others, and the closing brace. */
  function members(shape: ObjectShape, number: number, { from, isFirst }: { from: number; isFirst: boolean }): number {
    const comma = isFirst ? "" : separators.comma;
    const leastBytes = (): number => {
      const required = shape.members.slice(from).filter((member) => member.required);
      const commas = required.length * separators.comma.length - (isFirst && required.length > 0 ? separators.comma.length : 0);
      return required.reduce((sum, member) => sum + nameBytes(member.name, separators) + (bytesOf[member.shape] as number), 1 + commas);
    };
    return composite(`members ${number} ${from} ${isFirst}`, leastBytes, () => {
      const sequences: number[][] = [];
      for (let index = from; index < shape.members.length; index += 1) {
        const member = shape.members[index] as ObjectShape["members"][number];
        const name = literal(`${comma}${JSON.stringify(member.name)}${separators.colon}`);
        sequences.push([name, shapeSymbol(member.shape), members(shape, number, { from: index + 1, isFirst: false })]);
        if (member.required) return sequences;
      }
      return [...sequences, [others(shape, number, isFirst)]];
    });
  }

  function others(shape: ObjectShape, number: number, isFirst: boolean): number {
    return composite(
      `others ${number} ${isFirst}`,
      () => 1,
      () => {
        const close = [literal("}")];
        if (shape.others === undefined || shape.otherNames === undefined) return [close];
        const open = literal(`${isFirst ? "" : separators.comma}"`);
        const name = terminals.ofAutomaton(shape.otherNames);
        return [close, [open, name, literal(separators.colon), shapeSymbol(shape.others), others(shape, number, false)]];
      },
    );
  }

  interface ItemsLeft {
    at: number;
    isFirst: boolean;
    least: number;
    most: number;
  }

  /** Items from the one at `at` on, and the closing bracket. */
  function items(shape: ArrayShape, number: number, { at, isFirst, least, most }: ItemsLeft): number {
    const comma = isFirst ? "" : separators.comma;
    const leastBytes = (): number => {
      const commas = least * separators.comma.length - (isFirst && least > 0 ? separators.comma.length : 0);
      return 1 + commas + leastItemBytes(shape, at, least, bytesOf);
    };
    return composite(`items ${number} ${at} ${isFirst} ${least} ${most}`, leastBytes, () => {
      const sequences = least === 0 ? [[literal("]")]] : [];
      const item = shape.first[at] ?? shape.others;
      if (item === undefined || most === 0) return sequences;
      const left = { at: Math.min(at + 1, shape.first.length), isFirst: false, least: Math.max(0, least - 1), most: most - 1 };
      return [...sequences, [...(comma === "" ? [] : [literal(comma)]), shapeSymbol(item), items(shape, number, left)]];
    });
  }

  const leastBytesOf = (symbol: number): number => terminals.get(symbol)?.leastBytes ?? composites.get(symbol)?.leastBytes ?? 0;
  const sum = (sequence: readonly number[]): number => sequence.reduce((bytes, symbol) => bytes + leastBytesOf(symbol), 0);

  return {
    start: shapeSymbol(root),
    terminals,
    sequencesOf(symbol) {
      const known = composites.get(symbol);
      if (known === undefined) return [];
      // A sequence with a symbol that no finite text has leads nowhere.
      known.sequences ??= known
        .expand()
        .filter((sequence) => sum(sequence) !== Infinity)
        .toSorted((a, b) => sum(a) - sum(b));
      return known.sequences;
    },
  };
}
