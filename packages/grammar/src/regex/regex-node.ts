import type { CharacterSet } from "../automata/character-set.ts";

/** A regular expression as a tree. */
export type RegexNode =
  | { type: "set"; set: CharacterSet }
  | { type: "sequence"; parts: RegexNode[] }
  | { type: "either"; options: RegexNode[] }
  /** `most` is Infinity when there is no limit. */
  | { type: "repeat"; part: RegexNode; least: number; most: number }
  /** `^`: nothing was written before. */
  | { type: "start" }
  /** `$`: nothing follows. */
  | { type: "end" };

/** A pattern that is not supported, or that is none; the message says what and where, for the one who wrote it. */
export class RegexProblem extends Error {
  override readonly name = "RegexProblem";
}
