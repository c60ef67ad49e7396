import type { CallContext } from "@repo/contracts/call-context";
import type { AspectVectors, VisualService, VisualTimings } from "@repo/contracts/visual-embedding";
import { createPictureReader } from "@repo/engine-onnx/images/picture-reader";
import { dataDirectoryOf } from "@repo/engine-onnx/model-choice";
import { createTimeSlices } from "@repo/engine-onnx/time-slices";
import { join } from "node:path";
import { z } from "zod";
import type { Modality } from "./aspect-space.ts";
import { aspectRevision, aspectWords } from "./aspect-words.ts";
import { classifyImages } from "./classify-images.ts";
import { describeStatus } from "./describe-status.ts";
import { locateAspects, toAspectItems, type AspectSpaces } from "./embed-aspects.ts";
import { embedImages, type ImageDesk } from "./embed-images.ts";
import { embedTexts, type TextDesk } from "./embed-texts.ts";
import { createImageGate } from "./image-gate.ts";
import { loadModel, toModelChoice } from "./load-model.ts";
import { openTowers } from "./open-towers.ts";
import { visualVariables, type VisualVariables } from "./visual-variables.ts";
import { createVectorCache } from "./vector-cache.ts";
import { createWordVectorStore } from "./word-vector-store.ts";

const bytesPerMegabyte = 1024 * 1024;

/**
 * The Space without HTTP: what main.ts serves, and what an app loads into its own process in place of a Space.
 * @param given variables that differ from their defaults, e.g. {MODEL: "full"}
 * @throws CodedError model_unavailable when the model is not there or cannot be loaded
 */
export async function createService(given: Partial<VisualVariables> = {}): Promise<VisualService> {
  const variables: VisualVariables = { ...z.object(visualVariables).parse({}), ...given };
  const loaded = await loadModel(variables);
  const { model } = loaded;
  const identity = { model: model.id, revision: model.revision, dimensions: model.dimensions };
  const dataDirectory = dataDirectoryOf(toModelChoice(variables));
  const towers = await openTowers(model, {
    workers: variables.WORKERS,
    threads: variables.THREADS,
    maxQueuedImages: variables.MAX_QUEUED_IMAGES,
    maxQueuedTexts: variables.MAX_QUEUED_TEXTS,
    prepackDirectory: join(dataDirectory, "optimized-models"),
  });
  const reader = createPictureReader({
    side: model.image.size,
    filter: model.image.resample,
    workers: variables.DECODERS,
    maxFileBytes: variables.MAX_FILE_BYTES,
    maxInputPixels: variables.MAX_INPUT_PIXELS,
    maxPictureMs: variables.MAX_IMAGE_MS,
    maxMemoryBytes: variables.MAX_DECODER_BYTES,
    maxQueuedPictures: variables.MAX_QUEUED_IMAGES,
  });
  const store = createWordVectorStore(join(dataDirectory, "aspect-words", `${model.revision}-${aspectRevision}.f32`), model.dimensions);
  const cache = createVectorCache(variables.CACHE_MB * bytesPerMegabyte);
  const gate = createImageGate({
    maxWaiting: variables.MAX_QUEUED_IMAGES,
    imagesPerSecond: () => towers.vision.queueStats().tokensPerSecond,
  });
  const images: ImageDesk = { reader, engine: towers.vision, facts: model.image, cache, gate };
  const texts: TextDesk = { engine: towers.text, tokenizer: towers.tokenizer, facts: model.text, slices: createTimeSlices(), cache };

  let locating: Promise<AspectSpaces> | undefined;
  /** Found when somebody asks for them: hundreds of texts, for which a large model takes half a minute the first time. */
  function findAspects(): Promise<AspectSpaces> {
    locating ??= locateAspects(async (words) => (await embedTexts(texts, words)).vectors, {
      store,
      logitScale: model.logitScale,
    }).catch((thrown: unknown) => {
      locating = undefined;
      throw thrown;
    });
    return locating;
  }

  const toAspects = async (
    { vectors, timings }: { vectors: Float32Array[]; timings: VisualTimings },
    options: { modality: Modality; topLabels: number | undefined },
  ): Promise<AspectVectors> => ({ identity, aspectRevision, items: toAspectItems(await findAspects(), vectors, options), timings });

  return {
    info: async () =>
      await Promise.resolve({
        ...identity,
        imageSize: model.image.size,
        maxTokens: model.text.length,
        logitScale: model.logitScale,
        logitBias: model.logitBias,
        precision: model.precision,
        aspectRevision,
        aspectLabels: {
          color: [...aspectWords.color.words],
          texture: [...aspectWords.texture.words],
          material: [...aspectWords.material.words],
          style: [...aspectWords.style.words],
        },
      }),
    embedImages: async (files, context) => ({ identity, ...copied(await embedImages(images, files, context)) }),
    embedTexts: async (list, context) => ({ identity, ...copied(await embedTexts(texts, list, context)) }),
    classify: async (files, labels, options = {}, context) => ({
      identity,
      ...(await classifyImages({ images, texts, facts: model }, { images: files, labels, ...options }, context)),
    }),
    embedAspects: async (files, { topLabels } = {}, context: CallContext = {}) =>
      await toAspects(copied(await embedImages(images, files, context)), { modality: "image", topLabels }),
    embedTextAspects: async (list, { topLabels } = {}, context: CallContext = {}) =>
      await toAspects(copied(await embedTexts(texts, list, context)), { modality: "text", topLabels }),
    probe: async () => void (await Promise.all([towers.vision.probe(), towers.text.probe()])),
    status: () => describeStatus(loaded, towers, cache),
    close: async () => void (await Promise.all([reader.close(), towers.close()])),
  };
}

/** What is in the cache is nobody's to change. */
function copied<Result extends { vectors: Float32Array[] }>(result: Result): Result {
  return { ...result, vectors: result.vectors.map((vector) => vector.slice()) };
}
