import type { SpaceClient } from "@repo/client-kit/create-space-client";
import { decodeVector } from "@repo/client-kit/decode-vector";
import { hostedRevision } from "@repo/client-kit/hugging-face-inference";
import { mapInOrder } from "@repo/client-kit/map-in-order";
import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import type { ModelIdentity } from "@repo/contracts/model-info";
import { defineRoute } from "@repo/contracts/route";
import { type AspectItem, aspects, type AspectVectors } from "@repo/contracts/visual-embedding";
import { imageFeaturesRequest } from "@repo/contracts/visual-embedding-hugging-face";
import { z } from "zod";
import type { CatalogueEmbedder } from "./catalogue-embedder.ts";
import { vectorDimensions } from "./config.ts";
import { toPhotoType } from "./search/photo-kind.ts";

/** What the original asked for where nothing else was set. @source its huggingface_visual_embeddings.py */
const originalModel = "google/siglip2-so400m-patch14-384";
/** Stands where the hash of aspects' words would: there are none. */
const noAspects = "none";

/** What the original's client accepted. */
const numbers = z.array(z.number());
const answer = z.union([numbers, z.array(numbers).min(1), z.object({ embeddings: z.union([numbers, z.array(numbers).min(1)]) })]);

/** Has one image or text embedded, and logs it. */
export type CallOne = <Answer extends { identity: ModelIdentity }>(
  what: "image" | "text",
  context: CallContext | undefined,
  ask: (context: CallContext) => Promise<Answer>,
) => Promise<Answer>;

/** What {@link createOneImageForm} works with. */
interface OneImageFormOptions {
  space: SpaceClient;
  /** Repository of the model, part of the path. Default the original's. */
  model: string | undefined;
  /** Requests on the way at the same time. */
  imagesAtOnce: number;
}

/** Whether a server says that it has no such route, and so is no siglip-embed Space. */
export function isOtherServer(error: unknown): boolean {
  return CodedError.isInstance(error) && [404, 405, 410].includes(error.remote?.status ?? 0);
}

function toFloats(value: z.output<typeof answer>): Float32Array | undefined {
  const list = Array.isArray(value) ? value : value.embeddings;
  const [first] = list;
  const vector = decodeVector(Array.isArray(first) ? first : (list as number[]), vectorDimensions);
  const length = vector === undefined ? 0 : Math.hypot(...vector);
  return length > 0 ? vector?.map((number) => number / length) : undefined;
}

/**
 * The original's form: `POST /models/{org}/{name}`, an image as the body, a vector as the answer. Such a server knows no aspects
 * and has no revision: pictures get their base vector alone, scaled to length 1, and search by colour, texture, material or style
 * finds nothing. Words work where the same path answers `{"inputs": "..."}` with a vector.
 * @throws CodedError what SpaceClient.call throws; inference_failed for an answer that is no vector of 1,152 numbers
 */
export function createOneImageForm({ space, model = originalModel, imagesAtOnce }: OneImageFormOptions) {
  const identity: ModelIdentity = { model, revision: hostedRevision, dimensions: vectorDimensions };
  const common = { method: "POST", path: `/models/${model}`, family: "hugging-face", response: answer } as const;
  const imageRoute = defineRoute({ ...common, summary: "An image", bodies: ["binary"], request: imageFeaturesRequest });
  const textRoute = defineRoute({ ...common, summary: "A text", request: z.object({ inputs: z.string() }) });

  const accept = (value: z.output<typeof answer>) => {
    const vector = toFloats(value);
    if (vector === undefined) {
      const message = `POST ${common.path} of ${space.address.baseUrl} answered something else than a vector of ${vectorDimensions} numbers.`;
      throw new CodedError("inference_failed", message);
    }
    return { identity, vector };
  };
  const askImage = (bytes: Uint8Array) => async (context: CallContext) => {
    const file = { bytes, type: toPhotoType(bytes) };
    return accept(await space.call(imageRoute, { file }, context));
  };
  const askText = (text: string) => async (context: CallContext) =>
    accept(
      await space.call(textRoute, { inputs: text }, context).catch((error: unknown) => {
        if (!CodedError.isInstance(error) || error.code !== "invalid_request") throw error;
        const message = `The server at ${space.address.baseUrl} has vectors of images only. Search with a picture, or set SIGLIP_SPACE_URL to a siglip-embed Space.`;
        throw new CodedError("invalid_request", message, { cause: error, ...(error.remote && { remote: error.remote }) });
      }),
    );

  /** @param callOne makes a logged call */
  return function toEmbedder(callOne: CallOne): CatalogueEmbedder {
    const embed = async <Item>(
      items: readonly Item[],
      {
        what,
        ask,
        context = {},
      }: {
        what: "image" | "text";
        ask: (item: Item) => (inner: CallContext) => Promise<{ identity: ModelIdentity; vector: Float32Array }>;
        context: CallContext | undefined;
      },
    ): Promise<Float32Array[]> => {
      const indexed = items.map((item, index) => ({ item, index }));
      return await mapInOrder(indexed, { limit: imagesAtOnce, signal: context.signal }, async ({ item, index }, signal) => {
        const { vector } = await callOne(what, { ...context, signal }, ask(item)).catch((error: unknown) => {
          throw withIndex(error, index);
        });
        return vector;
      });
    };
    const ofImages = async (images: readonly { bytes: Uint8Array }[], context?: CallContext) =>
      await embed(images, { what: "image", ask: ({ bytes }) => askImage(bytes), context });
    const ofTexts = async (texts: readonly string[], context?: CallContext) => await embed(texts, { what: "text", ask: askText, context });
    return {
      embedImages: async (images, context) => ({ identity, vectors: await ofImages(images, context), timings: {} }),
      embedTexts: async (texts, context) => ({
        identity,
        vectors: await ofTexts(texts, context),
        tokenCounts: [],
        truncated: [],
        timings: {},
      }),
      embedAspects: async (images, _options, context) => toAspectVectors(identity, await ofImages(images, context)),
      embedTextAspects: async (texts, _options, context) => toAspectVectors(identity, await ofTexts(texts, context)),
    };
  };
}

/** Which of the images it is. */
function withIndex(error: unknown, index: number): unknown {
  if (!CodedError.isInstance(error)) return error;
  const { code, message, details, retryAfterMs, remote } = error;
  return new CodedError(code, message, {
    cause: error,
    details: { ...details, index },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(remote && { remote }),
  });
}

/** Zeros and no words stand for "nothing is known". */
function toAspectVectors(identity: ModelIdentity, vectors: readonly Float32Array[]): AspectVectors {
  const items = vectors.map((vector): AspectItem => {
    const nothing = { vector: new Float32Array(vector.length), labels: [] };
    return { vector, aspects: Object.fromEntries(aspects.map((aspect) => [aspect, nothing])) as unknown as AspectItem["aspects"] };
  });
  return { identity, aspectRevision: noAspects, items, timings: {} };
}
