import { CodedError } from "@repo/contracts/coded-error";
import type { EmbeddingModelInfo } from "@repo/contracts/embed-text";
import {
  openAiEmbeddingsRoutes,
  openAiModelRoute,
  openAiModelsRoute,
  type OpenAiEmbeddingsRequest,
  type OpenAiModel,
} from "@repo/contracts/openai-embeddings";
import { toLongText } from "@repo/contracts/long-texts";
import { toOutput } from "@repo/contracts/output-types";
import { toPurpose } from "@repo/contracts/text-prompts";
import type { EncodedJson } from "../encoded-json.ts";
import { mountRoute, type HandlerContext } from "../mount-route.ts";
import type { Server } from "../server.ts";
import { encodeJson, type JsonPiece } from "./json-writer.ts";
import { separate } from "./native-routes.ts";
import { assertInputCount, runEmbedding, sumTokens } from "./run-embedding.ts";
import { defaultInputTypes, type TextEmbeddingHost } from "./text-embedding-host.ts";
import { createVectorWriter } from "./vector-output.ts";

/** Mounts /v1/embeddings, /embeddings, /v1/models and /v1/models/:id. */
export function mountOpenAiRoutes(server: Server, host: TextEmbeddingHost): void {
  for (const route of openAiEmbeddingsRoutes) mountRoute(server, route, (body, context) => embed(host, body, context));
  const model = async (context: HandlerContext): Promise<OpenAiModel> => toModel(host, await (await host.service()).info(context));
  mountRoute(server, openAiModelsRoute, async (_body, context) => ({ object: "list" as const, data: [await model(context)] }));
  mountRoute(server, openAiModelRoute, async (_body, context) => {
    const served = await model(context);
    if (context.params["id"] !== served.id)
      throw new CodedError("not_found", `This Space serves ${served.id} and no other model.`, { details: { field: "model" } });
    return served;
  });
}

async function embed(host: TextEmbeddingHost, body: OpenAiEmbeddingsRequest, context: HandlerContext): Promise<EncodedJson> {
  const output = toOutput(body);
  const request = {
    texts: toTextList(body.input),
    ...toPurpose(body),
    longText: toLongText(body, host.longText),
    dimensions: body.dimensions ?? undefined,
  };
  const result = await runEmbedding(host, request, context);
  const toPiece = createVectorWriter(output, result);
  const { truncated, chunked } = result;
  // The SDKs ignore fields they do not know; without anything to tell the answer is OpenAI's to the letter.
  const extra = JSON.stringify({ truncated: truncated.length === 0 ? undefined : truncated, chunked });
  const tokens = sumTokens(result);
  function* pieces(): Generator<JsonPiece> {
    yield '{"object":"list","data":[';
    yield* separate(result.vectors, (vector, index) => [`{"object":"embedding","index":${index},"embedding":`, toPiece(vector), "}"]);
    yield `],"model":${JSON.stringify(result.identity.model)},"usage":{"prompt_tokens":${tokens},"total_tokens":${tokens}}${extra === "{}" ? "}" : `,${extra.slice(1)}`}`;
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

function toModel(host: TextEmbeddingHost, info: EmbeddingModelInfo): OpenAiModel {
  return {
    id: info.model,
    object: "model",
    created: 0,
    owned_by: info.model.split("/")[0] ?? "outpost",
    dimensions: info.dimensions,
    max_input_tokens: info.maxTokens,
    prompt_names: [...info.promptNames],
    default_input_type: defaultInputTypes(host).other,
  };
}
