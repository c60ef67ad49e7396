import { CodedError } from "@repo/contracts/coded-error";
import { countCores } from "@repo/engine-onnx/cpu";
import { loadTokenizer } from "@repo/engine-onnx/load-tokenizer";
import { createTensorEngine, type TensorEngine } from "@repo/engine-onnx/tensor-engine";
import type { Tokenizer } from "@repo/engine-onnx/tokenizer";
import type { PreparedVisualModel } from "@repo/engine-onnx/visual-model/visual-model";
import { largeImageSide } from "./model.ts";

/** The two halves of the model, each in threads of its own. */
export interface Towers {
  vision: TensorEngine;
  text: TensorEngine;
  tokenizer: Tokenizer;
  close(): Promise<void>;
}

/** Options of {@link openTowers}. */
export interface TowerOptions {
  /** Threads that run each tower; default one per core, one for a large model. */
  workers: number | undefined;
  /** Threads of one inference; default one, all cores for a large model. */
  threads: number | undefined;
  maxQueuedImages: number;
  maxQueuedTexts: number;
  /** Folder of optimised models. */
  prepackDirectory: string;
}

/**
 * Images of one run of a small model. Rows of a batch are computed together, so more of them only wait for each other.
 * A large model fills its cores with one.
 */
const imagesPerRun = 4;
/** 64 tokens each: 256 tokens a run, as of every other text model here. */
const textsPerRun = 4;

/**
 * A worker of a large model is not stuck before this, milliseconds: an image takes two seconds in eight bits and 40 in floats on
 * two cores, and others may be using them. The first image has no measured time to be compared with.
 */
const largeWatchdogFloorMs = 120_000;

/**
 * Starts both towers.
 * @throws CodedError model_unavailable when a tower or the tokenizer cannot be loaded, or does not fit the model's facts
 */
export async function openTowers(model: PreparedVisualModel, options: TowerOptions): Promise<Towers> {
  const { size } = model.image;
  const isLarge = size >= largeImageSide;
  const common = {
    workers: options.workers ?? (isLarge ? 1 : countCores()),
    threads: options.threads ?? (isLarge ? countCores() : 1),
    prepackDirectory: options.prepackDirectory,
    ...(isLarge && { watchdogFloorMs: largeWatchdogFloorMs }),
  };
  const tokenizer = await loadTokenizer(model.tokenizerPath);
  assertPadding(model, tokenizer);
  const started = await Promise.allSettled([
    createTensorEngine({
      ...common,
      onnxPath: model.visionPath,
      inputs: { pixel_values: [3, size, size] },
      outputs: { image_embeds: 0 },
      maxBatchRows: isLarge ? 1 : imagesPerRun,
      maxQueuedRows: options.maxQueuedImages,
    }),
    createTensorEngine({
      ...common,
      onnxPath: model.textPath,
      inputs: { input_ids: [model.text.length] },
      inputTypes: { input_ids: "int64" },
      outputs: { text_embeds: 0 },
      maxBatchRows: isLarge ? 1 : textsPerRun,
      maxQueuedRows: options.maxQueuedTexts,
    }),
  ]);
  const [vision, text] = started;
  if (vision.status === "rejected" || text.status === "rejected") {
    // The one that started is of no use without the other.
    await Promise.all(started.map(async (one) => (one.status === "fulfilled" ? await one.value.close() : undefined)));
    throw (vision.status === "rejected" ? vision.reason : (text as PromiseRejectedResult).reason) as Error;
  }
  const engines = [vision.value, text.value];
  return {
    vision: vision.value,
    text: text.value,
    tokenizer,
    close: async () => void (await Promise.all(engines.map((engine) => engine.close()))),
  };
}

function assertPadding({ text }: PreparedVisualModel, { prefix, suffix, vocabularySize }: Tokenizer): void {
  if (prefix.length + suffix.length >= text.length)
    throw new CodedError("model_unavailable", `The tokenizer's own tokens leave no room in ${text.length} for a text.`);
  if (text.padId >= vocabularySize)
    throw new CodedError("model_unavailable", `Texts are padded with token ${text.padId}, and the tokenizer has ${vocabularySize}.`);
}
