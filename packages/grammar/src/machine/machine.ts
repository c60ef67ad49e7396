import type { PreparedVocabulary } from "../prepare-vocabulary.ts";
import type { Separators, ShapeSet } from "../schema/shape.ts";
import { createForcedText, type ForcedText } from "./forced-tokens.ts";
import { createStackTable, type StackTable } from "./stacks.ts";
import { createSymbolTable } from "./symbols.ts";
import { createTokenCosts, type TokenCosts } from "./token-costs.ts";
import { createTokenMasks, type TokenMasks } from "./token-masks.ts";

/** A grammar at work: everything that is found out about it on the way is kept for the next answer. */
export interface Machine {
  vocabulary: PreparedVocabulary;
  stacks: StackTable;
  costs: TokenCosts;
  masks: TokenMasks;
  forced: ForcedText;
  /** The set before the first byte. */
  start: number;
  /** What is remembered has become too much: the next answer gets a new machine. */
  isFull(): boolean;
}

/** Remembered sets, steps and symbols, about 100 bytes each. */
const mostRemembered = 400_000;

/** Puts a grammar's parts together. */
export function createMachine(shapes: ShapeSet, vocabulary: PreparedVocabulary, separators: Separators): Machine {
  const symbols = createSymbolTable(shapes, vocabulary, separators);
  const stacks = createStackTable(symbols);
  const costs = createTokenCosts(vocabulary, symbols, stacks);
  return {
    vocabulary,
    stacks,
    costs,
    masks: createTokenMasks(vocabulary, symbols, stacks, costs),
    forced: createForcedText(vocabulary, symbols, stacks),
    start: stacks.push(symbols.start, stacks.end),
    isFull: () => stacks.count() + symbols.terminals.count() > mostRemembered,
  };
}
