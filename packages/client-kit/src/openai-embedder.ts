import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import type { EmbeddingModelInfo, EmbedTexts, TextEmbedder } from "@repo/contracts/embed-text";
import { isSameModel, type ModelIdentity } from "@repo/contracts/model-info";
import { openAiEmbeddingsRequest } from "@repo/contracts/openai-embeddings";
import { defineRoute } from "@repo/contracts/route";
import { teiInfoResponse } from "@repo/contracts/tei";
import { z } from "zod";
import type { SpaceClient } from "./create-space-client.ts";
import { decodeVector } from "./decode-vector.ts";
import { mapInOrder } from "./map-in-order.ts";
import { modelMismatch } from "./model-mismatch.ts";
import { createOpenAiConnection, type OpenAiConnectionOptions } from "./openai-connection.ts";
import { createTextEmbedderClient, type TextEmbedderClientOptions } from "./text-embedder-client.ts";
import { withinDeadline } from "./within-deadline.ts";

/** Options of {@link createOpenAiEmbedder}. */
export interface OpenAiEmbedderOptions extends OpenAiConnectionOptions, TextEmbedderClientOptions {
  /** What is sent as `model`; a Space of ours serves one and ignores it. Default text-embedding-3-small. */
  model?: string | undefined;
  /** Length of the vectors: asked for as `dimensions`, and any other length is refused. Default: what the model has. */
  dimensions?: number | undefined;
  /** false: `dimensions` is only checked, not sent, for servers that refuse the field. Default true. */
  sendsDimensions?: boolean | undefined;
}

/** A TextEmbedder over OpenAI's protocol. */
export interface OpenAiEmbedder extends TextEmbedder {
  readonly space: SpaceClient;
  /** outpost: one of our Spaces answers, natively; openai: any other server; undefined before the first call. */
  protocol(): "outpost" | "openai" | undefined;
  /** The model that every answer must come from; undefined before the first answer. */
  identity(): ModelIdentity | undefined;
  close(): void;
}

/** Revision of vectors whose server does not say which weights answer. */
export const unknownRevision = "unknown";

/** The part of the answer that is needed: other servers leave out some of the rest. */
const leanResponse = z.object({
  data: z.array(z.object({ index: z.number().int().nonnegative(), embedding: z.union([z.array(z.number()), z.string()]) })),
  model: z.string().nullish(),
  usage: z.object({ total_tokens: z.number().nullish() }).nullish(),
});

const toRoute = (path: "/v1/embeddings" | "/embeddings") =>
  defineRoute({ method: "POST", path, family: "openai", summary: "Embeddings", request: openAiEmbeddingsRequest, response: leanResponse });

/** Texts per request where none is set: OpenAI's limit is 2,048, smaller servers take far less. */
const defaultTextsPerCall = 64;

/**
 * Embeds texts at any server with OpenAI's `POST /v1/embeddings`: in batches, all or nothing, in the order of the texts.
 *
 * The first call looks at `GET /info`: one of our Spaces (it answers in our form) is spoken to natively from then on,
 * because OpenAI's protocol cannot say which texts are queries. Elsewhere texts are sent as they are: what a foreign model
 * wants before a query is not known here. `model` of an identity is the name that was asked for where the server echoes it.
 *
 * `tokenCounts` is there for a single text and empty for several, of which the wire carries only the sum.
 * @throws what SpaceClient.call throws; model_mismatch when another model or length answers than before or than was set;
 * inference_failed for vectors of a wrong number, order or length, or with NaN; invalid_request for no texts, token ids
 * and prompts
 */
export function createOpenAiEmbedder(options: OpenAiEmbedderOptions): OpenAiEmbedder {
  const { model = "text-embedding-3-small", dimensions, maxTextsPerCall = defaultTextsPerCall, maxCallsInFlight = 2 } = options;
  const { space, isVersioned } = createOpenAiConnection(options);
  const who = `The server at ${space.address.baseUrl}`;
  const route = toRoute(isVersioned ? "/v1/embeddings" : "/embeddings");
  const native = createTextEmbedderClient(space, options);
  let protocol: "outpost" | "openai" | undefined;
  let known = options.expectedIdentity;

  /** Asked through the whole resilient call of the first request, so that a sleeping Space is awake when it is judged. */
  async function detect(context: CallContext): Promise<"outpost" | "openai"> {
    if (protocol !== undefined) return protocol;
    const answer = await space.get("/info", context).catch((error: unknown) => {
      if (CodedError.isInstance(error) && (error.code === "cancelled" || error.code === "deadline_exceeded")) throw error;
      return undefined;
    });
    if (answer?.status === 200 && teiInfoResponse.safeParse(answer.json).success) return (protocol = "outpost");
    // Only an answer of a server that is awake says that it is none of ours.
    if (answer !== undefined && !answer.isHtml && answer.status < 500 && answer.status !== 401) return (protocol = "openai");
    return await detectByCalling(context);
  }

  /** Wakes what sleeps with the call that every server has, then looks again. */
  async function detectByCalling(context: CallContext): Promise<"outpost" | "openai"> {
    await space.call(route, { input: ["ready"], model, ...sentDimensions() }, context);
    const answer = await space.get("/info", context).catch(() => undefined);
    return (protocol = answer?.status === 200 && teiInfoResponse.safeParse(answer.json).success ? "outpost" : "openai");
  }

  const sentDimensions = (asked = dimensions) => (asked === undefined || options.sendsDimensions === false ? {} : { dimensions: asked });

  async function embedBatch(texts: readonly string[], asked: number | undefined, context: CallContext) {
    const request = { input: [...texts], model, encoding_format: "base64" as const, ...sentDimensions(asked) };
    const answer = await space.call(route, request, context);
    const vectors = toVectors(answer, texts.length, asked, who);
    return { answeredModel: answer.model, vectors, tokens: answer.usage?.total_tokens };
  }

  function accept(answered: ModelIdentity): ModelIdentity {
    known ??= answered;
    if (!isSameModel(known, answered)) throw modelMismatch(who, known, answered);
    return known;
  }

  async function embedForeign(request: EmbedTexts, context: CallContext) {
    const texts = toStrings(request);
    const asked = request.dimensions ?? dimensions;
    const count = Math.ceil(texts.length / maxTextsPerCall);
    const batches = Array.from({ length: count }, (_, index) => texts.slice(index * maxTextsPerCall, (index + 1) * maxTextsPerCall));
    const { deadlineAt = Infinity, signal } = context;
    const parts = await withinDeadline({ deadlineAt, signal, what: `Embedding ${texts.length} texts` }, (inner) =>
      mapInOrder(batches, { limit: maxCallsInFlight, signal: inner }, (batch, batchSignal) =>
        embedBatch(batch, asked, { ...context, signal: batchSignal }),
      ),
    );
    const vectors = parts.flatMap((part) => part.vectors);
    const lengths = new Set(vectors.map((vector) => vector.length));
    const [length = 0] = lengths;
    if (lengths.size !== 1 || (asked !== undefined && length !== asked)) throw wrongLength(who, [...lengths], asked);
    const identity = accept({ model: parts[0]?.answeredModel ?? model, revision: unknownRevision, dimensions: length });
    const normalized = request.normalize === false ? vectors : vectors.map(toUnit);
    return {
      identity,
      vectors: normalized,
      tokenCounts: texts.length === 1 ? parts.flatMap((part) => part.tokens ?? []) : [],
      truncated: [],
      timings: {},
    };
  }

  return {
    space,
    protocol: () => protocol,
    identity: () => (protocol === "outpost" ? native.identity() : known),
    async embed(request, context = {}) {
      if ((await detect(context)) === "openai") return await embedForeign(request, context);
      const asked = request.dimensions ?? dimensions;
      const own = asked === undefined ? undefined : (await native.info(context)).dimensions;
      // Its own length needs no asking, and has the identity that is expected.
      return await native.embed({ ...request, dimensions: asked === own ? undefined : asked }, context);
    },
    async info(context = {}) {
      if ((await detect(context)) === "outpost") {
        const facts = await native.info(context);
        return { ...facts, dimensions: dimensions ?? facts.dimensions };
      }
      const { identity } = await embedForeign({ texts: ["ready"] }, context);
      // The protocol tells none of these; a limit is not needed where the server cuts or refuses by itself.
      const facts: EmbeddingModelInfo = {
        ...identity,
        maxTokens: Number.MAX_SAFE_INTEGER,
        pooling: "mean",
        precision: "unknown",
        promptNames: [],
      };
      return facts;
    },
    close: () => space.close(),
  };
}

function toStrings(request: EmbedTexts): string[] {
  if (request.texts.length === 0) throw new CodedError("invalid_request", "There are no texts to embed.");
  if (request.promptName !== undefined) throw new CodedError("invalid_request", "OpenAI's protocol knows no prompts.");
  return request.texts.map((text) => {
    if (typeof text !== "string")
      throw new CodedError("invalid_request", "Token ids of one model mean nothing to another: send the texts.");
    return text;
  });
}

function toVectors(answer: z.output<typeof leanResponse>, count: number, dimensions: number | undefined, who: string): Float32Array[] {
  const wrong = (problem: string) =>
    new CodedError("inference_failed", `${who} answered wrongly: ${problem}.`, { details: { cause: "wrong_vectors" } });
  if (answer.data.length !== count) throw wrong(`${answer.data.length} vectors for ${count} texts`);
  const vectors: (Float32Array | undefined)[] = Array.from({ length: count });
  for (const { index, embedding } of answer.data) {
    if (index >= count || vectors[index] !== undefined) throw wrong(`the index ${index} twice or beyond the end`);
    // Many servers answer numbers although base64 was asked for.
    const length = typeof embedding === "string" ? Math.floor((embedding.replace(/=+$/, "").length * 3) / 16) : embedding.length;
    const vector = length === 0 ? undefined : decodeVector(embedding, length);
    if (vector === undefined) throw wrong("a vector that is empty or holds something else than finite numbers");
    if (dimensions !== undefined && length !== dimensions) throw wrongLength(who, [length], dimensions);
    vectors[index] = vector;
  }
  return vectors as Float32Array[];
}

function wrongLength(who: string, lengths: readonly number[], dimensions: number | undefined): CodedError {
  return new CodedError(
    "model_mismatch",
    dimensions === undefined
      ? `${who} answered vectors of different lengths (${lengths.join(", ")}).`
      : `${who} answered vectors of ${lengths.join(", ")} numbers where ${dimensions} were set; set embedding_dims to the model's own length, or choose another model.`,
    { details: { expected: dimensions, actual: lengths } },
  );
}

function toUnit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, number) => sum + number * number, 0));
  return length === 0 || Math.abs(length - 1) < 1e-6 ? vector : vector.map((number) => number / length);
}
