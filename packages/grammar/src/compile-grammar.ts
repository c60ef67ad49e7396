import { CodedError } from "@repo/contracts/coded-error";
import { encodeCharacters } from "./automata/encode-characters.ts";
import { AutomatonTooLarge } from "./automata/character-automaton.ts";
import { buildLiteralAutomaton } from "./automata/literal-automaton.ts";
import type { ByteAutomaton } from "./automata/byte-automaton.ts";
import type { CompiledGrammar } from "./compiled-grammar.ts";
import type { Grammar, GrammarOptions, JsonSpacing } from "./grammar.ts";
import { createGrammarState } from "./grammar-state.ts";
import { createMachine } from "./machine/machine.ts";
import type { PreparedVocabulary } from "./prepare-vocabulary.ts";
import { parseRegex } from "./regex/parse-regex.ts";
import { buildRegexAutomaton } from "./regex/regex-automaton.ts";
import { RegexProblem } from "./regex/regex-node.ts";
import { measureShapes } from "./schema/measure-shapes.ts";
import { type ReadSchema, readSchema } from "./schema/read-schema.ts";
import type { Separators } from "./schema/shape.ts";

const separatorsOf: Readonly<Record<JsonSpacing, Separators>> = {
  compact: { colon: ":", comma: "," },
  spaced: { colon: ": ", comma: ", " },
};

/** Bytes of the shortest answer beyond which no model here could write it: four bytes a token, 4,096 tokens. */
const mostLeastBytes = 16_384;
/** Choices of one grammar together, UTF-16 units. */
const mostChoiceLength = 250_000;

function refuse(message: string, details: Record<string, unknown> = {}): CodedError {
  return new CodedError("invalid_request", message, { details });
}

function ofAutomaton(automaton: ByteAutomaton | undefined, reason: string): ReadSchema {
  if (automaton === undefined) throw refuse(reason);
  return { shapes: [{ type: "text", automaton }], root: 0, empty: [] };
}

function readRegex(pattern: unknown, vocabulary: PreparedVocabulary): ReadSchema {
  if (typeof pattern !== "string") throw refuse("Grammar: the pattern is not a text.");
  try {
    const automaton = encodeCharacters(buildRegexAutomaton(parseRegex(pattern), "whole", vocabulary.rawCharacters), "raw");
    return ofAutomaton(automaton, "Grammar: no text that the model can write matches the pattern.");
  } catch (error) {
    if (error instanceof RegexProblem) throw refuse(`Grammar: the pattern cannot be used: ${error.message}.`);
    if (error instanceof AutomatonTooLarge) throw refuse("Grammar: the pattern is too complex.");
    throw error;
  }
}

function readChoice(choices: unknown, vocabulary: PreparedVocabulary): ReadSchema {
  if (!Array.isArray(choices) || choices.length === 0) throw refuse("Grammar: there are no choices.");
  let length = 0;
  const words = choices.map((choice: unknown, index) => {
    if (typeof choice !== "string" || !choice.isWellFormed()) throw refuse(`Grammar: choice ${index} is not a text.`, { index });
    length += choice.length;
    if (length > mostChoiceLength) throw refuse(`Grammar: the choices are longer than ${mostChoiceLength} characters.`);
    const bytes = Buffer.from(choice);
    if (bytes.some((byte) => vocabulary.canWrite[byte] !== 1)) {
      throw refuse(`Grammar: choice ${index} has a character that the model's vocabulary cannot write.`, { index });
    }
    return bytes;
  });
  return ofAutomaton(buildLiteralAutomaton(words), "Grammar: there are no choices.");
}

function readGrammar(grammar: Grammar, vocabulary: PreparedVocabulary, separators: Separators): ReadSchema {
  switch (grammar.type) {
    case "json_schema":
      return readSchema(grammar.schema, vocabulary, separators);
    case "json_object":
      return readSchema({ type: "object" }, vocabulary, separators);
    case "regex":
      return readRegex(grammar.pattern, vocabulary);
    case "choice":
      return readChoice(grammar.choices, vocabulary);
    default:
      throw refuse(
        `Grammar: the type ${JSON.stringify((grammar as { type?: unknown }).type)} is none of json_schema, json_object, regex and choice.`,
      );
  }
}

function assertFinite(read: ReadSchema, separators: Separators): void {
  const leastBytes = measureShapes(read.shapes, separators)[read.root] as number;
  if (leastBytes === Infinity) {
    const [place] = read.empty;
    if (place) throw refuse(`Schema: no value satisfies it; at ${place.pointer}: ${place.reason}.`, { pointer: place.pointer });
    throw refuse("Schema: every value that satisfies it is infinite, because it requires itself.", { pointer: "#" });
  }
  if (leastBytes > mostLeastBytes) {
    throw refuse(`Schema: its shortest value takes ${leastBytes} bytes; the limit is ${mostLeastBytes}.`, { leastBytes });
  }
}

/**
 * Compiles a grammar for a vocabulary: milliseconds; masks are computed when they are first needed and kept.
 * @throws CodedError invalid_request for a grammar that is wrong, not supported (`details` {pointer, keyword}), too large, or
 *   that no finite text satisfies
 */
export function compileGrammar(grammar: Grammar, vocabulary: PreparedVocabulary, options: GrammarOptions = {}): CompiledGrammar {
  const separators = separatorsOf[options.spacing ?? "compact"];
  const read = readGrammar(grammar, vocabulary, separators);
  assertFinite(read, separators);
  let machine = createMachine(read, vocabulary, separators);
  const leastTokens = machine.costs.ofStack(machine.start) + 1;
  return {
    leastTokens,
    start(tokenBudget) {
      if (!(leastTokens <= tokenBudget)) {
        throw refuse(`The shortest answer that fits the grammar takes ${leastTokens} tokens, but only ${tokenBudget} may be written.`, {
          leastTokens,
          tokenBudget,
        });
      }
      if (machine.isFull()) machine = createMachine(read, vocabulary, separators);
      return createGrammarState(machine, machine.start);
    },
  };
}
