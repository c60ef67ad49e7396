import { CodedError } from "@repo/contracts/coded-error";
import { toTexts, type EmbedTextRequest, type embedTextRequest } from "@repo/contracts/embed-text";
import { toLongText } from "@repo/contracts/long-texts";
import { toOutput, type VectorOutput } from "@repo/contracts/output-types";
import { embedTextRoute } from "@repo/contracts/text-embedding-routes";
import { toPurpose } from "@repo/contracts/text-prompts";
import type { z } from "zod";
import type { EncodedJson } from "../encoded-json.ts";
import { defineAlternative, type Alternative, type HandlerContext } from "../mount-route.ts";
import { encodeJson, type JsonPiece } from "./json-writer.ts";
import { runEmbedding, sumTokens, type AdaptedTexts } from "./run-embedding.ts";
import type { TextEmbeddingHost } from "./text-embedding-host.ts";
import { createVectorWriter, toScale } from "./vector-output.ts";

/** Our own `POST /embed`: every body that is not TEI's. */
export function nativeEmbedRoute(host: TextEmbeddingHost): Alternative {
  const handler = async (body: z.output<typeof embedTextRequest>, context: HandlerContext): Promise<EncodedJson> => {
    const output = toOutput(body);
    if (output.type === "int8" && !body.normalize) {
      throw new CodedError("invalid_request", "int8 is for vectors of length 1: leave normalize out, or ask for float.", {
        details: { field: "normalize" },
      });
    }
    const purpose = toPurpose(body);
    const isStated = purpose.inputType !== undefined || purpose.promptName !== undefined;
    const result = await runEmbedding(
      host,
      {
        texts: toTexts(body),
        normalize: body.normalize,
        longText: toLongText(body, host.longText),
        truncationDirection: body.truncation_direction,
        ...(isStated ? purpose : { inputType: host.defaultInputType?.native }),
        dimensions: body.dimensions ?? undefined,
      },
      context,
    );
    return encodeNative(body, output, result);
  };
  return defineAlternative(embedTextRoute, handler, (body) => !isTeiBody(body));
}

const ownFields = [
  "texts",
  "text",
  "input",
  "sentences",
  "encoding_format",
  "output_type",
  "output_dtype",
  "embedding_type",
  "input_type",
  "is_query",
  "task",
  "long_text",
] as const satisfies (keyof EmbedTextRequest)[];

/** True when a body of `POST /embed` comes from a TEI client: `inputs`, and nothing that only our own form has. */
export function isTeiBody(body: unknown): boolean {
  return (
    typeof body === "object" && body !== null && Object.hasOwn(body, "inputs") && !ownFields.some((field) => Object.hasOwn(body, field))
  );
}

function encodeNative(body: z.output<typeof embedTextRequest>, output: VectorOutput, result: AdaptedTexts): Promise<EncodedJson> {
  const single = [body.texts, body.text, body.input, body.inputs, body.sentences].some((value) => typeof value === "string");
  const toPiece = createVectorWriter(output, result);
  const { vectors, identity, truncated, chunked, tokenCounts } = result;
  function* pieces(): Generator<JsonPiece> {
    const { model, revision, dimensions } = identity;
    const facts = {
      model,
      revision,
      dimensions,
      count: vectors.length,
      usage: { tokens: sumTokens(result) },
      token_counts: tokenCounts,
      truncated,
      chunked,
      ...(output.type === "float" ? {} : { output_type: output.type }),
      ...(output.type === "int8" ? { scale: toScale(result) } : {}),
    };
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
  return typeof value === "string" || ArrayBuffer.isView(value) || "base64" in value;
}
