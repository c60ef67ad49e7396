import { Ajv2020 } from "ajv/dist/2020.js";
import ajvFormats from "ajv-formats";
import { CodedError } from "@repo/contracts/coded-error";
import { compileGrammar } from "../src/compile-grammar.ts";
import type { CompiledGrammar } from "../src/compiled-grammar.ts";
import type { JsonSpacing } from "../src/grammar.ts";
import { prepareVocabulary } from "../src/prepare-vocabulary.ts";
import { makeVocabulary } from "./make-vocabulary.ts";
import { createRandom } from "./random-numbers.ts";
import { walkRandomly, type WalkTaste } from "./random-walk.ts";

/** Vocabularies to try: of several makes, one of them without bytes that rare characters need. */
export const vocabularies = [{ seed: 1 }, { seed: 2, words: 40 }, { seed: 3, missingBytes: [0xf0, 0xc0, 0xff, 0x07] }].map((options) => {
  const vocabulary = makeVocabulary(options);
  return { vocabulary, prepared: prepareVocabulary(vocabulary) };
});

/** One schema and how it is decoded. */
export interface SchemaCase {
  schema: Record<string, unknown>;
  /** Which of {@link vocabularies}. */
  vocabulary: number;
  spacing: JsonSpacing;
  /** Tokens beyond the fewest. */
  spare: number;
  seed: number;
}

const ajv = new Ajv2020({ strict: false });
ajvFormats.default(ajv);

function compile({ schema, vocabulary, spacing }: SchemaCase): CompiledGrammar | undefined {
  try {
    return compileGrammar({ type: "json_schema", schema }, (vocabularies[vocabulary] as (typeof vocabularies)[number]).prepared, {
      spacing,
    });
  } catch (error) {
    if (CodedError.isInstance(error) && error.code === "invalid_request") return undefined;
    throw error;
  }
}

/** Ajv answers a schema that refers to itself without a value in between with a full stack: then it has no opinion. */
function askAjv<Answer>(ask: () => Answer): Answer | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const ways: readonly { useForced: boolean; taste: WalkTaste }[] = [
  { useForced: false, taste: "any" },
  { useForced: true, taste: "longest" },
  { useForced: true, taste: "any" },
  { useForced: false, taste: "longest" },
];

/**
 * Decodes a schema four times by chance and checks every answer: JSON, valid by Ajv, within the budget.
 * @returns the answers; none when the schema was refused
 */
export function checkSchema(one: SchemaCase): string[] {
  const grammar = compile(one);
  if (grammar === undefined) return [];
  const { vocabulary } = vocabularies[one.vocabulary] as (typeof vocabularies)[number];
  const validate = askAjv(() => ajv.compile(one.schema));
  const random = createRandom(one.seed);
  const budget = grammar.leastTokens + one.spare;
  return ways.map((way) => {
    const walk = walkRandomly(grammar, vocabulary, { budget, random, ...way });
    if (walk.tokens.length > budget) throw new Error(`${walk.tokens.length} tokens of ${budget}: ${walk.text}`);
    const value: unknown = JSON.parse(walk.text);
    const isValid = validate && askAjv(() => validate(value));
    if (isValid === false) throw new Error(`invalid: ${walk.text} ${ajv.errorsText(validate?.errors)}`);
    return walk.text;
  });
}
