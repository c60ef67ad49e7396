import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import type {
  EmbeddedTexts,
  EmbeddingModelInfo,
  EmbedTextRequest,
  EmbedTextResponse,
  EmbedTexts,
  TextEmbedder,
} from "@repo/contracts/embed-text";
import { isSameModel, type ModelIdentity } from "@repo/contracts/model-info";
import { teiRoutes } from "@repo/contracts/tei";
import { embedTextRoute } from "@repo/contracts/text-embedding-routes";
import { createSpaceClient, type SpaceClient, type SpaceClientOptions } from "./create-space-client.ts";
import { decodeVector } from "./decode-vector.ts";
import { mapInOrder } from "./map-in-order.ts";
import { modelMismatch } from "./model-mismatch.ts";
import { createVectorCache, type EmbeddedText } from "./vector-cache.ts";
import { withinDeadline } from "./within-deadline.ts";

/** Options of {@link createTextEmbedderClient}. */
export interface TextEmbedderClientOptions {
  /** Texts per request. Default 64: some tenths of a second of work, so that other callers get their turn between. */
  maxTextsPerCall?: number | undefined;
  /** Requests under way at the same time per embed(). Default 2: one is computed while the next one travels. */
  maxCallsInFlight?: number | undefined;
  /** Memory for vectors of texts already seen, bytes. Default 0: none. */
  cacheBytes?: number | undefined;
  /** The model whose vectors are in use. Default the one of the first answer. */
  expectedIdentity?: ModelIdentity | undefined;
}

/** A Space as a TextEmbedder. */
export interface TextEmbedderClient extends TextEmbedder {
  readonly space: SpaceClient;
  /** The model that every answer must come from; undefined before the first answer. */
  identity(): ModelIdentity | undefined;
  /** Has one short text embedded at the Space, past the cache, and says by which model. */
  probe(context?: CallContext): Promise<ModelIdentity>;
}

/**
 * Embeds texts at a Space: in batches, all or nothing, results in the order of the texts.
 *
 * The Space is always told what the texts are: the caller's inputType or prompt, and without either "passage", whatever
 * the Space's own default. `tokenCounts` is empty when the Space is an older one that tells only their sum.
 * @throws what SpaceClient.call throws; model_mismatch when another model answers
 * than before; inference_failed for vectors of a wrong number or length, or with NaN; invalid_request for no texts and
 * for token ids, which `POST /embed` does not take
 */
export function createTextEmbedderClient(
  spaceOrOptions: SpaceClient | SpaceClientOptions,
  options: TextEmbedderClientOptions = {},
): TextEmbedderClient {
  const { maxTextsPerCall = 64, maxCallsInFlight = 2, cacheBytes = 0 } = options;
  const space = "call" in spaceOrOptions ? spaceOrOptions : createSpaceClient(spaceOrOptions);
  const who = `The Space at ${space.address.baseUrl}`;
  const cache = cacheBytes > 0 ? createVectorCache(cacheBytes) : undefined;
  // By the dimensions that were asked for: a model that can shorten its vectors has an identity for every length.
  const identities = new Map<number | undefined, ModelIdentity>(
    options.expectedIdentity === undefined ? [] : [[undefined, options.expectedIdentity]],
  );
  let facts: EmbeddingModelInfo | undefined;

  function accept({ model, revision, dimensions }: ModelIdentity, asked?: number): ModelIdentity {
    const answered = { model, revision, dimensions };
    const known = identities.get(asked) ?? answered;
    if (!isSameModel(known, answered)) throw modelMismatch(who, known, answered);
    identities.set(asked, known);
    return known;
  }

  async function embedBatch(texts: readonly string[], request: EmbedTexts, context: CallContext): Promise<EmbeddedText[]> {
    const answer = await space.call(embedTextRoute, toBody(texts, request), context);
    accept(answer, request.dimensions);
    return toEmbeddedTexts(answer, texts.length, who);
  }

  async function embedAll(texts: readonly string[], request: EmbedTexts, context: CallContext): Promise<EmbeddedText[]> {
    const count = Math.ceil(texts.length / maxTextsPerCall);
    const batches = Array.from({ length: count }, (_, index) => texts.slice(index * maxTextsPerCall, (index + 1) * maxTextsPerCall));
    const parts = await mapInOrder(batches, { limit: maxCallsInFlight, signal: context.signal }, (batch, signal) =>
      embedBatch(batch, request, { ...context, signal }),
    );
    return parts.flat();
  }

  return {
    space,
    identity: () => identities.get(undefined),
    async embed(request, context = {}) {
      const texts = toStrings(request.texts);
      const { deadlineAt = Infinity, signal } = context;
      const items = await withinDeadline({ deadlineAt, signal, what: `Embedding ${texts.length} texts` }, (inner) => {
        const embedMissing = (missing: readonly string[]) => embedAll(missing, request, { ...context, signal: inner });
        return cache === undefined ? embedMissing(texts) : cache.through(texts, request, embedMissing);
      });
      return { identity: identities.get(request.dimensions) as ModelIdentity, ...toColumns(items), timings: {} };
    },
    async info(context) {
      if (facts === undefined) {
        const answer = await space.call(teiRoutes.info, undefined, context);
        const accepted = accept({ model: answer.model_id, revision: answer.model_sha ?? "", dimensions: answer.dimensions });
        const pooling = answer.model_type.embedding.pooling === "cls" ? "cls" : "mean";
        facts = {
          ...accepted,
          maxTokens: answer.max_input_length,
          pooling,
          precision: answer.model_dtype,
          promptNames: answer.prompt_names,
        };
      }
      return facts;
    },
    async probe(context = {}) {
      await embedBatch(["ready"], { texts: [] }, context);
      return identities.get(undefined) as ModelIdentity;
    },
  };
}

function toStrings(texts: EmbedTexts["texts"]): string[] {
  if (texts.length === 0) throw new CodedError("invalid_request", "There are no texts to embed.");
  return texts.map((text) => {
    if (typeof text !== "string") throw new CodedError("invalid_request", "Token ids cannot be sent to a Space: send the texts.");
    return text;
  });
}

function toBody(texts: readonly string[], request: EmbedTexts): EmbedTextRequest {
  const { normalize, longText, truncationDirection, promptName, inputType, dimensions } = request;
  // Never left to the Space's default, which may be the other one: what the contract calls a passage is one everywhere.
  const purpose = promptName === undefined ? (inputType ?? "passage") : inputType;
  return {
    texts: [...texts],
    encoding_format: "base64",
    ...(normalize === undefined ? {} : { normalize }),
    ...(longText === undefined ? {} : { long_text: longText }),
    ...(truncationDirection === undefined ? {} : { truncation_direction: truncationDirection }),
    ...(promptName === undefined ? {} : { prompt_name: promptName }),
    ...(purpose === undefined ? {} : { input_type: purpose }),
    ...(dimensions === undefined ? {} : { dimensions }),
  };
}

function toEmbeddedTexts(answer: EmbedTextResponse, expectedCount: number, who: string): EmbeddedText[] {
  const wrong = (problem: string) =>
    new CodedError("inference_failed", `${who} answered wrongly: ${problem}.`, { details: { cause: "wrong_vectors" } });
  if (answer.embeddings.length !== expectedCount) throw wrong(`${answer.embeddings.length} vectors for ${expectedCount} texts`);
  const cut = new Map(answer.truncated.map(({ index, tokens }) => [index, tokens]));
  const chunked = new Map((answer.chunked ?? []).map(({ index, ...facts }) => [index, facts]));
  return answer.embeddings.map((value, index) => {
    const vector = decodeVector(value, answer.dimensions);
    if (vector === undefined) throw wrong(`vector ${index} is not ${answer.dimensions} finite numbers`);
    const tokens = answer.token_counts?.[index] ?? (expectedCount === 1 ? answer.usage.tokens : undefined);
    return { vector, tokens, truncatedFrom: cut.get(index), chunked: chunked.get(index) };
  });
}

function toColumns(items: readonly EmbeddedText[]): Pick<EmbeddedTexts, "vectors" | "tokenCounts" | "truncated" | "chunked"> {
  const chunked = items.flatMap((item, index) => (item.chunked === undefined ? [] : [{ index, ...item.chunked }]));
  const tokenCounts = items.map((item) => item.tokens).filter((tokens) => tokens !== undefined);
  return {
    vectors: items.map((item) => item.vector),
    tokenCounts: tokenCounts.length === items.length ? tokenCounts : [],
    truncated: items.flatMap(({ truncatedFrom }, index) => (truncatedFrom === undefined ? [] : [{ index, tokens: truncatedFrom }])),
    ...(chunked.length === 0 ? {} : { chunked }),
  };
}
