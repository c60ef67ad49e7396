import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import { isSameModel, type ModelIdentity } from "@repo/contracts/model-info";
import type { UploadedFile } from "@repo/contracts/uploaded-file";
import {
  aspects,
  maxImagesPerRequest,
  type Aspect,
  type AspectItem,
  type AspectVector,
  type AspectVectors,
  type VisualEmbedder,
  type VisualModelInfo,
} from "@repo/contracts/visual-embedding";
import {
  classifyRoute,
  embedAspectsRoute,
  embedImageRoute,
  embedVisualTextRoute,
  visualInfoRoute,
  type EmbedAspectsResponse,
  type VisualInfoResponse,
} from "@repo/contracts/visual-embedding-routes";
import { createSpaceClient, type SpaceClient, type SpaceClientOptions } from "./create-space-client.ts";
import { decodeVector } from "./decode-vector.ts";
import { mapInOrder } from "./map-in-order.ts";
import { modelMismatch } from "./model-mismatch.ts";
import { withinDeadline } from "./within-deadline.ts";

/** Options of {@link createVisualEmbedderClient}. */
export interface VisualEmbedderClientOptions {
  /** Images per request, 1 to 32. Default 10, as the original's batches. */
  maxImagesPerCall?: number | undefined;
  /** Bytes of images per request; a larger single image goes alone. Default 32 MiB. */
  maxBytesPerCall?: number | undefined;
  /** Texts per request. Default 64. */
  maxTextsPerCall?: number | undefined;
  /** Requests under way at the same time per call. Default 2: one is computed while the next one travels. */
  maxCallsInFlight?: number | undefined;
  /** The model whose vectors are in use. Default the one of the first answer. */
  expectedIdentity?: ModelIdentity | undefined;
}

/** A Space as a VisualEmbedder. */
export interface VisualEmbedderClient extends VisualEmbedder {
  readonly space: SpaceClient;
  /** The model that every answer must come from; undefined before the first answer. */
  identity(): ModelIdentity | undefined;
  /** Has one short text embedded at the Space and says by which model. */
  probe(context?: CallContext): Promise<ModelIdentity>;
}

/** A large model takes seconds per image on two cores, and others may stand in the queue before these. */
const defaultTimeoutMs = 120_000;
const defaultMaxBytesPerCall = 32 * 1024 * 1024;

interface Batch<Item> {
  first: number;
  items: Item[];
}

/**
 * Embeds images and texts at a Space: in batches, all or nothing, results in the order of the inputs. Any number of images
 * may be given; what is wrong with one of them carries its position among all of them as details.index.
 * @throws what SpaceClient.call throws; model_mismatch when another model answers than before; inference_failed for
 * vectors of a wrong number or length, or with NaN; invalid_request for no inputs
 */
export function createVisualEmbedderClient(
  spaceOrOptions: SpaceClient | SpaceClientOptions,
  options: VisualEmbedderClientOptions = {},
): VisualEmbedderClient {
  const { maxTextsPerCall = 64, maxCallsInFlight = 2, maxBytesPerCall = defaultMaxBytesPerCall } = options;
  const maxImagesPerCall = Math.min(maxImagesPerRequest, options.maxImagesPerCall ?? 10);
  const space = "call" in spaceOrOptions ? spaceOrOptions : createSpaceClient({ timeoutMs: defaultTimeoutMs, ...spaceOrOptions });
  const who = `The Space at ${space.address.baseUrl}`;
  let known = options.expectedIdentity;
  let facts: VisualInfoResponse | undefined;

  function accept({ model, revision, dimensions }: ModelIdentity): ModelIdentity {
    const answered = { model, revision, dimensions };
    known ??= answered;
    if (!isSameModel(known, answered)) throw modelMismatch(who, known, answered);
    return known;
  }

  const toBatches = {
    images: (images: readonly UploadedFile[]) =>
      split(images, { maxItems: maxImagesPerCall, maxBytes: maxBytesPerCall, bytesOf: ({ bytes }) => bytes.length }),
    texts: (texts: readonly string[]) =>
      split(texts, { maxItems: maxTextsPerCall, maxBytes: maxBytesPerCall, bytesOf: (text) => text.length }),
  };

  /** Sends batch after batch; the results of all of them in one list. */
  async function sendAll<Item, Result>(
    batches: readonly Batch<Item>[],
    { context, what }: { context: CallContext; what: string },
    send: (items: Item[], context: CallContext) => Promise<Result[]>,
  ): Promise<{ identity: ModelIdentity; results: Result[] }> {
    if (batches.length === 0) throw new CodedError("invalid_request", `There are no ${what}.`);
    const { deadlineAt = Infinity, signal } = context;
    const parts = await withinDeadline({ deadlineAt, signal, what: `Embedding ${what}` }, (inner) =>
      mapInOrder(batches, { limit: maxCallsInFlight, signal: inner }, async ({ first, items }, callSignal) => {
        const results = await send(items, { ...context, signal: callSignal }).catch((thrown: unknown) => {
          throw withPosition(thrown, first);
        });
        if (results.length !== items.length) throw wrongAnswer(who, `${results.length} results for ${items.length} ${what}`);
        return results;
      }),
    );
    return { identity: known as ModelIdentity, results: parts.flat() };
  }

  const toVectors = (values: readonly (string | number[])[], dimensions: number) => values.map((value) => toVector(value, dimensions, who));

  async function sendAspects(
    body: { images: UploadedFile[] } | { texts: string[] },
    topLabels: number | undefined,
    context: CallContext,
  ): Promise<(AspectItem & { revision: string })[]> {
    const answer = await space.call(embedAspectsRoute, { ...body, top_labels: topLabels ?? 5, encoding_format: "base64" }, context);
    accept(answer);
    return answer.results.map((result) => ({ ...toAspectItem(result, answer.dimensions, who), revision: answer.aspect_revision }));
  }

  async function embedTexts(
    texts: readonly string[],
    context: CallContext = {},
  ): Promise<Awaited<ReturnType<VisualEmbedder["embedTexts"]>>> {
    const batches = toBatches.texts(texts);
    const { identity, results } = await sendAll(batches, { context, what: "texts" }, async (items, inner) => {
      const answer = await space.call(embedVisualTextRoute, { texts: items, encoding_format: "base64" }, inner);
      accept(answer);
      const cut = new Map((answer.truncated ?? []).map(({ index, tokens }) => [index, tokens]));
      return toVectors(answer.embeddings, answer.dimensions).map((vector, index) => ({
        vector,
        tokens: answer.token_counts?.[index] ?? 0,
        cutFrom: cut.get(index),
      }));
    });
    return {
      identity,
      vectors: results.map(({ vector }) => vector),
      tokenCounts: results.map(({ tokens }) => tokens),
      truncated: results.flatMap(({ cutFrom }, index) => (cutFrom === undefined ? [] : [{ index, tokens: cutFrom }])),
      timings: {},
    };
  }

  return {
    space,
    identity: () => known,
    async info(context) {
      const answer = facts ?? (await space.call(visualInfoRoute, undefined, context));
      facts ??= answer;
      return toInfo(answer, accept(answer));
    },
    async embedImages(images, context = {}) {
      const batches = toBatches.images(images);
      const { identity, results } = await sendAll(batches, { context, what: "images" }, async (items, inner) => {
        const answer = await space.call(embedImageRoute, { images: items, encoding_format: "base64" }, inner);
        accept(answer);
        return toVectors(answer.embeddings, answer.dimensions);
      });
      return { identity, vectors: results, timings: {} };
    },
    embedTexts,
    async classify(images, labels, { template } = {}, context = {}) {
      const batches = toBatches.images(images);
      const { identity, results } = await sendAll(batches, { context, what: "images" }, async (items, inner) => {
        const body = { images: items, labels: [...labels], ...(template === undefined ? {} : { template }) };
        const answer = await space.call(classifyRoute, body, inner);
        accept(answer);
        return answer.results;
      });
      return { identity, images: results, timings: {} };
    },
    async embedAspects(images, { topLabels } = {}, context = {}) {
      const sent = await sendAll(toBatches.images(images), { context, what: "images" }, (items, inner) =>
        sendAspects({ images: items }, topLabels, inner),
      );
      return toAspectVectors(sent, who);
    },
    async embedTextAspects(texts, { topLabels } = {}, context = {}) {
      const sent = await sendAll(toBatches.texts(texts), { context, what: "texts" }, (items, inner) =>
        sendAspects({ texts: items }, topLabels, inner),
      );
      return toAspectVectors(sent, who);
    },
    async probe(context = {}) {
      await embedTexts(["ready"], context);
      return known as ModelIdentity;
    },
  };
}

function toInfo(answer: VisualInfoResponse, identity: ModelIdentity): VisualModelInfo {
  return {
    ...identity,
    imageSize: answer.image_size,
    maxTokens: answer.max_tokens,
    logitScale: answer.logit_scale,
    logitBias: answer.logit_bias,
    precision: answer.precision,
    aspectRevision: answer.aspect_revision,
    aspectLabels: answer.aspect_labels,
  };
}

function split<Item>(
  items: readonly Item[],
  { maxItems, maxBytes, bytesOf }: { maxItems: number; maxBytes: number; bytesOf: (item: Item) => number },
): Batch<Item>[] {
  const batches: (Batch<Item> & { bytes: number })[] = [];
  for (const [index, item] of items.entries()) {
    const last = batches.at(-1);
    const bytes = bytesOf(item);
    if (last === undefined || last.items.length >= maxItems || last.bytes + bytes > maxBytes)
      batches.push({ first: index, items: [item], bytes });
    else {
      last.items.push(item);
      last.bytes += bytes;
    }
  }
  return batches;
}

/** A Space counts the images of its request; the caller counts all of them. */
function withPosition(thrown: unknown, first: number): unknown {
  if (!CodedError.isInstance(thrown) || typeof thrown.details?.["index"] !== "number" || first === 0) return thrown;
  const { code, message, details, retryAfterMs, remote } = thrown;
  return new CodedError(code, message, {
    cause: thrown,
    details: { ...details, index: (details["index"] as number) + first },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(remote === undefined ? {} : { remote }),
  });
}

function toVector(value: string | number[], dimensions: number, who: string): Float32Array {
  const vector = decodeVector(value, dimensions);
  if (vector === undefined) throw wrongAnswer(who, `a vector is not ${dimensions} finite numbers`);
  return vector;
}

function toAspectItem({ embedding, aspects: parts }: EmbedAspectsResponse["results"][number], dimensions: number, who: string): AspectItem {
  const entries = aspects.map((aspect): [Aspect, AspectVector] => {
    const { embedding: value, labels } = parts[aspect];
    return [aspect, { vector: toVector(value, dimensions, who), labels }];
  });
  return { vector: toVector(embedding, dimensions, who), aspects: Object.fromEntries(entries) as Record<Aspect, AspectVector> };
}

function toAspectVectors(
  { identity, results }: { identity: ModelIdentity; results: (AspectItem & { revision: string })[] },
  who: string,
): AspectVectors {
  const [aspectRevision = "", ...others] = new Set(results.map(({ revision }) => revision));
  // The Space was replaced between two batches.
  if (others.length > 0) throw wrongAnswer(who, "aspects of two revisions");
  return { identity, aspectRevision, items: results.map(({ vector, aspects: parts }) => ({ vector, aspects: parts })), timings: {} };
}

function wrongAnswer(who: string, problem: string): CodedError {
  return new CodedError("inference_failed", `${who} answered wrongly: ${problem}.`, { details: { cause: "wrong_vectors" } });
}
