import { CodedError } from "@repo/contracts/coded-error";
import { toOutput } from "@repo/contracts/output-types";
import {
  multimodalEmbeddingsRoutes,
  visualOpenAiModelsRoute,
  type MultimodalEmbeddingsRequest,
} from "@repo/contracts/visual-embedding-openai";
import type { EncodedJson } from "../encoded-json.ts";
import { mountRoute, type HandlerContext } from "../mount-route.ts";
import type { Server } from "../server.ts";
import { encodeJson, type JsonPiece } from "../text-embedding/json-writer.ts";
import { separate } from "../text-embedding/native-routes.ts";
import { createVectorWriter } from "../text-embedding/vector-output.ts";
import { embedMixed, type MixedInput } from "./embed-mixed.ts";
import type { VisualEmbeddingHost } from "./visual-embedding-host.ts";

/** Mounts /v1/embeddings, /embeddings and /v1/models. */
export function mountOpenAiRoutes(server: Server, host: VisualEmbeddingHost): void {
  for (const route of multimodalEmbeddingsRoutes) mountRoute(server, route, (body, context) => embed(host, body, context));
  mountRoute(server, visualOpenAiModelsRoute, async (_body, context) => {
    const info = await (await host.service()).info(context);
    const model = {
      id: info.model,
      object: "model" as const,
      created: 0,
      owned_by: info.model.split("/")[0] ?? "outpost",
      dimensions: info.dimensions,
      max_input_tokens: info.maxTokens,
      image_size: info.imageSize,
    };
    return { object: "list" as const, data: [model] };
  });
}

async function embed(host: VisualEmbeddingHost, body: MultimodalEmbeddingsRequest, context: HandlerContext): Promise<EncodedJson> {
  const output = toOutput(body);
  await assertOwnVectors(host, body, context);
  const result = await embedMixed(host, toInputs(body), context);
  const toPiece = createVectorWriter(output, result);
  const { identity, vectors, tokens, truncated } = result;
  const extra = truncated.length === 0 ? "}" : `,"truncated":${JSON.stringify(truncated)}}`;
  function* pieces(): Generator<JsonPiece> {
    yield '{"object":"list","data":[';
    yield* separate(vectors, (vector, index) => [`{"object":"embedding","index":${index},"embedding":`, toPiece(vector), "}"]);
    yield `],"model":${JSON.stringify(identity.model)},"usage":{"prompt_tokens":${tokens},"total_tokens":${tokens}}${extra}`;
  }
  return await encodeJson(pieces());
}

function toInputs({ input, modality }: MultimodalEmbeddingsRequest): MixedInput[] {
  return (Array.isArray(input) ? input : [input]).map((item) => {
    if (typeof item !== "string") return item;
    // A plain text is a text, unless it cannot be one: nobody searches for a data URL.
    return modality === "image" || (modality !== "text" && /^data:image\//i.test(item.slice(0, 20))) ? { image: item } : { text: item };
  });
}

async function assertOwnVectors(
  host: VisualEmbeddingHost,
  { dimensions, normalized }: MultimodalEmbeddingsRequest,
  context: HandlerContext,
): Promise<void> {
  if (normalized === false)
    throw new CodedError("invalid_request", "Vectors always have length 1: leave normalized out.", { details: { field: "normalized" } });
  if (dimensions === undefined || dimensions === null) return;
  const own = (await (await host.service()).info(context)).dimensions;
  if (dimensions !== own) {
    throw new CodedError("invalid_request", `The model's vectors have ${own} dimensions and cannot be shortened: leave dimensions out.`, {
      details: { field: "dimensions", dimensions: own },
    });
  }
}
