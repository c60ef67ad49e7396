/**
 * What an answer must look like. `json_schema` and `json_object` give JSON text; `regex` and `choice` give raw text.
 * Which keywords and which regular expressions are supported is a table in this package's README; whatever is not in it is
 * refused by name.
 */
export type Grammar =
  /** JSON that validates against a JSON Schema (2020-12): an object, or `true` for any JSON value. */
  | { type: "json_schema"; schema: unknown }
  /** Any JSON object. */
  | { type: "json_object" }
  /** Text that the whole pattern matches, from its first to its last character. */
  | { type: "regex"; pattern: string }
  /** One of these texts, literally. */
  | { type: "choice"; choices: readonly string[] };

/** The tokens of a model, as bytes of the text they stand for. */
export interface GrammarVocabulary {
  /** Number of rows of the logits: token ids are 0 to size - 1. */
  size: number;
  /** UTF-8 bytes of a token, possibly a part of a character; undefined for control tokens, which a grammar never allows. */
  bytesOf(token: number): Uint8Array | undefined;
  /** Tokens that end an answer, at least one; a grammar allows them all where an answer may end, and only there. */
  endTokens: readonly number[];
  /**
   * How the model's own tokenizer writes a text. Used for text that is forced, so that the model reads it cut as in its
   * training. Without it the longest token that fits is taken.
   */
  tokenize?(text: string): readonly number[];
}

/** White space in JSON: `compact` is `{"a":1,"b":[2,3]}`, `spaced` is `{"a": 1, "b": [2, 3]}`. Nothing else is ever written. */
export type JsonSpacing = "compact" | "spaced";

/** Options of a compilation. */
export interface GrammarOptions {
  /** Default compact, which takes the fewest tokens. */
  spacing?: JsonSpacing;
}
