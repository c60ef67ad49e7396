import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import { maxInputsPerRequest, type TruncatedInput } from "@repo/contracts/embed-text";
import type { VisualTimings } from "@repo/contracts/visual-embedding";
import { encodeTexts } from "@repo/engine-onnx/encode-texts";
import type { TensorEngine } from "@repo/engine-onnx/tensor-engine";
import type { TimeSlices } from "@repo/engine-onnx/time-slices";
import type { Tokenizer } from "@repo/engine-onnx/tokenizer";
import type { VisualTextFacts } from "@repo/engine-onnx/visual-model/visual-model";
import { toUnitVector } from "./unit-vector.ts";
import type { VectorCache } from "./vector-cache.ts";

/** What embedding texts takes. */
export interface TextDesk {
  engine: TensorEngine;
  tokenizer: Tokenizer;
  facts: VisualTextFacts;
  slices: TimeSlices;
  cache: VectorCache;
}

/** Vectors of texts and what was read. */
export interface EmbeddedTextList {
  /** One of length 1 per text, in order; not to be written to. */
  vectors: Float32Array[];
  tokenCounts: number[];
  truncated: TruncatedInput[];
  timings: VisualTimings;
}

/**
 * The story of a request's texts: lower-cased, cut into tokens, padded to the length the model was trained with, computed.
 * The same text twice is computed once.
 * @throws CodedError as VisualEmbedder says
 */
export async function embedTexts(desk: TextDesk, texts: readonly string[], context: CallContext = {}): Promise<EmbeddedTextList> {
  if (texts.length === 0) throw new CodedError("invalid_request", "There are no texts to embed.");
  if (texts.length > maxInputsPerRequest) {
    throw new CodedError("payload_too_large", `A request has at most ${maxInputsPerRequest} texts, not ${texts.length}.`, {
      details: { texts: texts.length, maxTexts: maxInputsPerRequest },
    });
  }
  const { facts, tokenizer, slices, cache } = desk;
  const startedAt = performance.now();
  const read = texts.map((text) => (facts.isLowercase ? toLowerCase(text) : text).toWellFormed());
  const { rows, truncated } = await encodeTexts({ texts: read }, { tokenizer, maxTokens: facts.length, prompts: {}, slices }, context);
  const tokenizeMs = performance.now() - startedAt;
  const keys = rows.map((row) => `text ${row.join(",")}`);
  const found = new Map<string, Float32Array>();
  const missing = new Map<string, Int32Array>();
  for (const [index, key] of keys.entries()) {
    if (found.has(key) || missing.has(key)) continue;
    const known = cache.get(key);
    if (known === undefined) missing.set(key, rows[index] as Int32Array);
    else found.set(key, known);
  }
  const timings: VisualTimings = { tokenizeMs };
  if (missing.size > 0) {
    const { outputs, queueMs, inferenceMs } = await desk.engine.run({ input_ids: toTensor([...missing.values()], facts) }, context);
    Object.assign(timings, { queueMs, inferenceMs });
    const { data, dims } = outputs["text_embeds"] as { data: Float32Array; dims: readonly number[] };
    const dimensions = dims[1] as number;
    for (const [row, key] of [...missing.keys()].entries()) {
      const vector = toUnitVector(data.subarray(row * dimensions, (row + 1) * dimensions));
      found.set(key, vector);
      cache.set(key, vector);
    }
  }
  const vectors = keys.map((key) => found.get(key) as Float32Array);
  return { vectors, tokenCounts: rows.map((row) => row.length), truncated, timings };
}

/** Always the full length: the model pools at the last place, and was trained with padding there. */
function toTensor(rows: readonly Int32Array[], { length, padId }: VisualTextFacts) {
  const data = new BigInt64Array(rows.length * length).fill(BigInt(padId));
  for (const [row, ids] of rows.entries()) for (const [at, id] of ids.entries()) data[row * length + at] = BigInt(id);
  return { type: "int64", data, dims: [rows.length, length] } as const;
}

/**
 * Letter by letter, without regard to a letter's place in its word, as the reference's tokenizer does it.
 * @source transformers, models/siglip2/tokenization_siglip2.py; tokenizers, normalizers Lowercase
 */
function toLowerCase(text: string): string {
  return Array.from(text, (letter) => letter.toLowerCase()).join("");
}
