import { CodedError } from "@repo/contracts/coded-error";
import { maxInputsPerRequest, type EmbedTexts } from "@repo/contracts/embed-text";
import { toLongText, type LongTextFields } from "@repo/contracts/long-texts";
import { teiRoutes, type TeiInputs, type TeiSimilarityRequest } from "@repo/contracts/tei";
import { toPurpose, type PurposeFields } from "@repo/contracts/text-prompts";
import { defineAlternative, mountRoute, type Alternative, type HandlerContext } from "../mount-route.ts";
import type { Server } from "../server.ts";
import { cosineSimilarity } from "./adapt-vector.ts";
import { encodeJson, type JsonPiece } from "./json-writer.ts";
import { isTeiBody, separate } from "./native-routes.ts";
import { assertInputCount, runEmbedding, toHarmlessInput, toServiceRequest } from "./run-embedding.ts";
import { defaultInputTypes, type TextEmbeddingHost } from "./text-embedding-host.ts";

/** Per-token vectors are dimensions times as much as text: TEI's own default of 32 inputs bounds the answer. */
const maxTokenVectorInputs = 32;

/** TEI's `POST /embed`, mounted before our own on the same path. */
export function teiEmbedRoute(host: TextEmbeddingHost): Alternative {
  return defineAlternative(
    teiRoutes.embed,
    async (body, context) => {
      const { vectors } = await runEmbedding(
        host,
        { ...toEmbedTexts(host, body), normalize: body.normalize ?? true, dimensions: body.dimensions ?? undefined },
        context,
      );
      return encodeJson(list(vectors));
    },
    isTeiBody,
  );
}

/** Mounts /embed_all, /similarity, /tokenize, /decode, /info and /ping. */
export function mountTeiRoutes(server: Server, host: TextEmbeddingHost): void {
  mountRoute(server, teiRoutes.embedAll, async (body, context) => {
    const request = toEmbedTexts(host, body);
    assertInputCount(request.texts.length, maxTokenVectorInputs);
    const perInput = await (await host.service()).embedTokens(toServiceRequest(host, request), context);
    return encodeJson(nested(perInput));
  });
  mountRoute(server, teiRoutes.similarity, (body, context) => runSimilarity(host, body, context));
  mountRoute(server, teiRoutes.tokenize, async (body) => {
    const texts = typeof body.inputs === "string" ? [body.inputs] : body.inputs;
    assertInputCount(texts.length);
    const service = await host.service();
    const options = { addSpecialTokens: body.add_special_tokens ?? true, promptName: body.prompt_name ?? undefined };
    return texts.map((text) => service.tokenize(toHarmlessInput(text), options));
  });
  mountRoute(server, teiRoutes.decode, async (body) => {
    const lists = toIdLists(body.ids);
    assertInputCount(lists.length);
    const service = await host.service();
    return lists.map((ids) => service.decode(ids, { skipSpecialTokens: body.skip_special_tokens ?? true }));
  });
  mountRoute(server, teiRoutes.info, async (_body, context) => toInfo(server, host, await (await host.service()).info(context)));
  mountRoute(server, teiRoutes.ping, () => {
    const ready = server.ready();
    if (!ready.ready) throw new CodedError("model_unavailable", ready.reason ?? "Not ready.");
    return undefined;
  });
}

/** Cosines of a sentence with others; also Hugging Face's sentence-similarity task. */
export async function runSimilarity(host: TextEmbeddingHost, body: TeiSimilarityRequest, context: HandlerContext): Promise<number[]> {
  const { source_sentence: source, sentences } = body.inputs;
  assertInputCount(sentences.length, maxInputsPerRequest - 1);
  const request = toEmbedTexts(host, { ...body.parameters, inputs: [source, ...sentences] });
  const { vectors } = await runEmbedding(host, request, context);
  const [first, ...rest] = vectors as [Float32Array, ...Float32Array[]];
  return rest.map((vector) => cosineSimilarity(first, vector));
}

/** The pieces of a list of vectors. */
export function* list(vectors: readonly Float32Array[]): Generator<JsonPiece> {
  yield "[";
  yield* separate(vectors, (vector) => vector);
  yield "]";
}

/** TEI's request as the service's, without what differs per route. */
export function toEmbedTexts(
  host: TextEmbeddingHost,
  body: { inputs: TeiInputs; truncation_direction?: "left" | "right" | undefined } & LongTextFields & PurposeFields,
): EmbedTexts {
  return {
    texts: toInputList(body.inputs),
    ...toPurpose(body),
    longText: toLongText(body, host.longText),
    truncationDirection: body.truncation_direction ?? "right",
  };
}

function toInputList(inputs: TeiInputs): (string | number[])[] {
  if (typeof inputs === "string") return [inputs];
  // A flat list of numbers is one input as token ids.
  return inputs.length > 0 && typeof inputs[0] === "number" ? [inputs as number[]] : (inputs as (string | number[])[]);
}

function toIdLists(ids: number[] | number[][]): number[][] {
  return typeof ids[0] === "number" ? [ids as number[]] : (ids as number[][]);
}

function* nested(perInput: readonly (readonly Float32Array[])[]): Generator<JsonPiece> {
  yield "[";
  yield* separate(perInput, list);
  yield "]";
}

function toInfo(
  server: Server,
  host: TextEmbeddingHost,
  info: Awaited<ReturnType<Awaited<ReturnType<TextEmbeddingHost["service"]>>["info"]>>,
) {
  return {
    model_id: info.model,
    model_sha: info.revision,
    model_dtype: info.precision,
    served_model_name: info.model,
    model_type: { embedding: { pooling: info.pooling } },
    max_concurrent_requests: server.limits.maxConcurrentRequests,
    max_input_length: info.maxTokens,
    max_batch_tokens: host.maxBatchTokens ?? 256,
    max_batch_requests: null,
    max_client_batch_size: maxInputsPerRequest,
    auto_truncate: host.longText !== "refuse",
    tokenization_workers: 1,
    version: server.version,
    sha: null,
    docker_label: null,
    dimensions: info.dimensions,
    prompt_names: [...info.promptNames],
    default_input_type: defaultInputTypes(host),
    long_text: host.longText ?? "truncate",
  };
}
