import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import type { UploadedFile } from "@repo/contracts/uploaded-file";
import { maxImagesPerRequest, type VisualTimings } from "@repo/contracts/visual-embedding";
import type { PictureReader } from "@repo/engine-onnx/images/picture-reader";
import type { TensorEngine } from "@repo/engine-onnx/tensor-engine";
import { toPixelTensor } from "@repo/engine-onnx/vision/pixel-tensor";
import type { VisualImageFacts } from "@repo/engine-onnx/visual-model/visual-model";
import type { ImageGate } from "./image-gate.ts";
import { mapSideBySide } from "./map-side-by-side.ts";
import { toUnitVector } from "./unit-vector.ts";
import { toImageKey, type VectorCache } from "./vector-cache.ts";

/** What embedding images takes. */
export interface ImageDesk {
  reader: PictureReader;
  engine: TensorEngine;
  facts: VisualImageFacts;
  cache: VectorCache;
  gate: ImageGate;
}

/** Images of one request that are under way: enough to decode some while others are computed, without holding all of them. */
const imagesSideBySide = 8;

/**
 * The story of a request's images: each is decoded, scaled to the model's numbers and computed; others go side by side.
 * @returns one vector of length 1 per image, in order; not to be written to
 * @throws CodedError as VisualEmbedder says; details.index is the image that is to blame
 */
export async function embedImages(
  desk: ImageDesk,
  images: readonly UploadedFile[],
  context: CallContext = {},
): Promise<{ vectors: Float32Array[]; timings: VisualTimings }> {
  if (images.length === 0) throw new CodedError("invalid_request", "There are no images to embed.");
  if (images.length > maxImagesPerRequest) {
    throw new CodedError("payload_too_large", `A request has at most ${maxImagesPerRequest} images, not ${images.length}.`, {
      details: { images: images.length, maxImages: maxImagesPerRequest },
    });
  }
  const leave = desk.gate.enter(images.length);
  const timings = { decodeMs: 0, queueMs: 0, inferenceMs: 0 };
  try {
    const vectors = await mapSideBySide(images, { limit: imagesSideBySide, signal: context.signal }, async (image, index, signal) =>
      embedImage(desk, image, { context: { ...context, signal }, timings }).catch((thrown: unknown) => {
        throw withIndex(thrown, { index, name: image.name, count: images.length });
      }),
    );
    return { vectors, timings };
  } finally {
    leave();
  }
}

async function embedImage(
  { reader, engine, facts, cache }: ImageDesk,
  { bytes, name }: UploadedFile,
  { context, timings }: { context: CallContext; timings: Required<Omit<VisualTimings, "tokenizeMs">> },
): Promise<Float32Array> {
  const key = toImageKey(bytes);
  const known = cache.get(key);
  if (known !== undefined) return known;
  const { signal, deadlineAt } = context;
  const { pixels, readMs } = await reader.read(bytes, { name, signal, deadlineAt });
  timings.decodeMs += readMs;
  const pixelValues = { type: "float32", data: toPixelTensor(pixels, facts), dims: [1, 3, facts.size, facts.size] } as const;
  const { outputs, queueMs, inferenceMs } = await engine.run({ pixel_values: pixelValues }, { signal, deadlineAt });
  timings.queueMs = Math.max(timings.queueMs, queueMs);
  timings.inferenceMs += inferenceMs;
  const vector = toUnitVector(outputs["image_embeds"]?.data as Float32Array);
  cache.set(key, vector);
  return vector;
}

/** Of several images the caller wants to know which one was wrong. */
function withIndex(thrown: unknown, { index, name, count }: { index: number; name: string | undefined; count: number }): unknown {
  if (!CodedError.isInstance(thrown) || thrown.details?.["reason"] === undefined) return thrown;
  const which = count === 1 ? "" : `Image ${index}${name === undefined ? "" : ` (${name})`}: `;
  const { details, retryAfterMs } = thrown;
  return new CodedError(thrown.code, `${which}${thrown.message}`, {
    cause: thrown,
    details: { ...details, index },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
