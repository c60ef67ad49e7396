import type { Tokenizer } from "../tokenizer.ts";
import type { TensorData } from "../worker-protocol.ts";
import type { VisualTextFacts } from "./visual-model.ts";

/** A text as a text tower reads it. */
export interface EncodedVisualText {
  /** With the special tokens, without padding; at most as many as the tower reads. */
  ids: number[];
  isTruncated: boolean;
  /** Tokens of the whole text, special tokens included. */
  totalTokens: number;
}

/**
 * A text in tokens, cut before its end token as the reference does. Lower-casing goes letter by letter, without regard to a
 * letter's place in its word. Source: transformers, models/siglip2/tokenization_siglip2.py, and tokenizers, `Lowercase`.
 */
export function encodeVisualText(tokenizer: Tokenizer, text: string, facts: VisualTextFacts): EncodedVisualText {
  const { prefix, suffix } = tokenizer;
  const scan = tokenizer.scan(facts.isLowercase ? Array.from(text, (letter) => letter.toLowerCase()).join("") : text);
  while (!scan.advance(text.length + 1));
  const room = Math.max(0, facts.length - prefix.length - suffix.length);
  const totalTokens = prefix.length + scan.ids.length + suffix.length;
  return { ids: [...prefix, ...scan.ids.slice(0, room), ...suffix], isTruncated: scan.ids.length > room, totalTokens };
}

/** Token ids of several texts as a text tower's input: `input_ids` int64 [texts, length], padded at the end. */
export function packVisualTexts(rows: readonly (readonly number[])[], { length, padId }: VisualTextFacts): Record<"input_ids", TensorData> {
  const data = new BigInt64Array(rows.length * length).fill(BigInt(padId));
  for (const [row, ids] of rows.entries()) data.set(ids.slice(0, length).map(BigInt), row * length);
  return { input_ids: { type: "int64", data, dims: [rows.length, length] } };
}
