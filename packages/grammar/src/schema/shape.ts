import type { ByteAutomaton } from "../automata/byte-automaton.ts";

/** A declared property of an object. */
export interface ShapeMember {
  name: string;
  /** Number of the shape of its value. */
  shape: number;
  required: boolean;
}

/** An object: declared members in their order, then any others. */
export interface ObjectShape {
  type: "object";
  members: readonly ShapeMember[];
  /** Shape of the values of other members; undefined when there may be none. */
  others: number | undefined;
  /** Names of the other members with their closing quote: every name that is not declared. */
  otherNames: ByteAutomaton | undefined;
}

/** An array: the first items by position, then others alike. */
export interface ArrayShape {
  type: "array";
  first: readonly number[];
  /** Undefined when there may be no others. */
  others: number | undefined;
  least: number;
  /** Infinity when only the budget limits it. */
  most: number;
}

/** What a value may look like. Shapes refer to each other by number, so that they can be recursive. */
export type Shape =
  | { type: "either"; options: readonly number[] }
  /** Text as it stands: a literal, a number, raw text. */
  | { type: "text"; automaton: ByteAutomaton }
  /** A JSON string; the automaton begins behind the opening quote and includes the closing one. */
  | { type: "pattern"; automaton: ByteAutomaton }
  /** Any JSON string of `least` to `most` characters. */
  | { type: "string"; least: number; most: number }
  | ObjectShape
  | ArrayShape
  | { type: "never" };

/** A set of shapes and the one that an answer has. */
export interface ShapeSet {
  shapes: readonly Shape[];
  root: number;
}

/** Bytes between a name and its value, and between two members or items. */
export interface Separators {
  colon: string;
  comma: string;
}
