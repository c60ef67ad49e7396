import { CodedError } from "@repo/contracts/coded-error";
import type { EmbeddingModelInfo } from "@repo/contracts/embed-text";
import {
  openAiEmbeddingsRoutes,
  openAiModelRoute,
  openAiModelsRoute,
  type OpenAiEmbeddingsRequest,
  type OpenAiModel,
} from "@repo/contracts/openai-embeddings";
import type { EncodedJson } from "../encoded-json.ts";
import { mountRoute, type HandlerContext } from "../mount-route.ts";
import type { Server } from "../server.ts";
import { encodeJson, type JsonPiece } from "./json-writer.ts";
import { separate } from "./native-routes.ts";
import { assertInputCount, runEmbedding, sumTokens } from "./run-embedding.ts";
import type { TextEmbeddingHost } from "./text-embedding-host.ts";

/** Mounts /v1/embeddings, /embeddings, /v1/models and /v1/models/:id. */
export function mountOpenAiRoutes(server: Server, host: TextEmbeddingHost): void {
  for (const route of openAiEmbeddingsRoutes) mountRoute(server, route, (body, context) => embed(host, body, context));
  const model = async (context: HandlerContext): Promise<OpenAiModel> => toModel(await (await host.service()).info(context));
  mountRoute(server, openAiModelsRoute, async (_body, context) => ({ object: "list" as const, data: [await model(context)] }));
  mountRoute(server, openAiModelRoute, async (_body, context) => {
    const served = await model(context);
    if (context.params["id"] !== served.id)
      throw new CodedError("not_found", `This Space serves ${served.id} and no other model.`, { details: { field: "model" } });
    return served;
  });
}

async function embed(host: TextEmbeddingHost, body: OpenAiEmbeddingsRequest, context: HandlerContext): Promise<EncodedJson> {
  const result = await runEmbedding(host, { texts: toTextList(body.input), dimensions: body.dimensions ?? undefined }, context);
  const tokens = sumTokens(result);
  function* pieces(): Generator<JsonPiece> {
    yield '{"object":"list","data":[';
    yield* separate(result.vectors, (vector, index) => [
      `{"object":"embedding","index":${index},"embedding":`,
      body.encoding_format === "base64" ? { base64: vector } : vector,
      "}",
    ]);
    yield `],"model":${JSON.stringify(result.identity.model)},"usage":{"prompt_tokens":${tokens},"total_tokens":${tokens}}}`;
  }
  return encodeJson(pieces());
}

/**
 * The texts. Token ids are refused, always: LangChain's default sends ids of OpenAI's cl100k vocabulary, which look like
 * ours and would give the vector of another text without any error.
 */
function toTextList(input: OpenAiEmbeddingsRequest["input"]): string[] {
  if (typeof input === "string") return [input];
  assertInputCount(input.length);
  if (typeof input[0] === "string") return input as string[];
  throw new CodedError(
    "invalid_request",
    "input holds token ids, and ids of another tokenizer would give wrong vectors. Send text. In LangChain, give OpenAIEmbeddings check_embedding_ctx_length=False (otherwise it sends ids of tiktoken's cl100k, see its tiktoken_enabled).",
    { details: { field: "input" } },
  );
}

function toModel(info: EmbeddingModelInfo): OpenAiModel {
  return {
    id: info.model,
    object: "model",
    created: 0,
    owned_by: info.model.split("/")[0] ?? "outpost",
    dimensions: info.dimensions,
    max_input_tokens: info.maxTokens,
  };
}
