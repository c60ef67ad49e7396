import { toTexts, type EmbeddedTexts, type EmbedTextRequest, type embedTextRequest } from "@repo/contracts/embed-text";
import { embedTextRoute } from "@repo/contracts/text-embedding-routes";
import type { z } from "zod";
import type { EncodedJson } from "../encoded-json.ts";
import { defineAlternative, type Alternative, type HandlerContext } from "../mount-route.ts";
import { encodeJson, type JsonPiece } from "./json-writer.ts";
import { runEmbedding, sumTokens } from "./run-embedding.ts";
import type { TextEmbeddingHost } from "./text-embedding-host.ts";

/** Our own `POST /embed`: every body that is not TEI's. */
export function nativeEmbedRoute(host: TextEmbeddingHost): Alternative {
  const handler = async (body: z.output<typeof embedTextRequest>, context: HandlerContext): Promise<EncodedJson> => {
    const result = await runEmbedding(
      host,
      {
        texts: toTexts(body),
        normalize: body.normalize,
        truncate: body.truncate,
        truncationDirection: body.truncation_direction,
        promptName: body.prompt_name ?? undefined,
        inputType: body.input_type ?? undefined,
        dimensions: body.dimensions ?? undefined,
      },
      context,
    );
    return encodeNative(body, result);
  };
  return defineAlternative(embedTextRoute, handler, (body) => !isTeiBody(body));
}

const ownFields = ["texts", "text", "input", "sentences", "encoding_format", "input_type"] as const satisfies (keyof EmbedTextRequest)[];

/** True when a body of `POST /embed` comes from a TEI client: `inputs`, and nothing that only our own form has. */
export function isTeiBody(body: unknown): boolean {
  return (
    typeof body === "object" && body !== null && Object.hasOwn(body, "inputs") && !ownFields.some((field) => Object.hasOwn(body, field))
  );
}

function encodeNative(body: z.output<typeof embedTextRequest>, result: EmbeddedTexts): Promise<EncodedJson> {
  const single = [body.texts, body.text, body.input, body.inputs, body.sentences].some((value) => typeof value === "string");
  const toPiece = (vector: Float32Array): JsonPiece => (body.encoding_format === "base64" ? { base64: vector } : vector);
  const { vectors, identity, truncated } = result;
  function* pieces(): Generator<JsonPiece> {
    const { model, revision, dimensions } = identity;
    const facts = { model, revision, dimensions, count: vectors.length, usage: { tokens: sumTokens(result) }, truncated };
    yield `${JSON.stringify(facts).slice(0, -1)},"embeddings":[`;
    yield* separate(vectors, toPiece);
    yield "]";
    const [first] = vectors;
    if (single && first !== undefined) {
      yield ',"embedding":';
      yield toPiece(first);
    }
    yield "}";
  }
  return encodeJson(pieces());
}

/** The pieces of a JSON list, without its brackets. */
export function* separate<Item>(
  items: Iterable<Item>,
  toPiece: (item: Item, index: number) => JsonPiece | Iterable<JsonPiece>,
): Generator<JsonPiece> {
  let index = 0;
  for (const item of items) {
    if (index > 0) yield ",";
    const piece = toPiece(item, index);
    if (isPiece(piece)) yield piece;
    else yield* piece;
    index += 1;
  }
}

function isPiece(value: JsonPiece | Iterable<JsonPiece>): value is JsonPiece {
  return typeof value === "string" || value instanceof Float32Array || "base64" in value;
}
