import { createRequire } from "node:module";
import { basename, join } from "node:path";
import type { TextEmbeddingService } from "@repo/contracts/embed-text";
import type { HostedService, ServiceStatus } from "@repo/contracts/hosted-service";
import { dataDirectoryOf } from "../model-choice.ts";
import { createTextEmbedder, type OnnxTextEmbedder, type TextEmbedderInfo } from "../text-embedder.ts";
import type { PreparedTextModel, TextModel } from "../text-model.ts";
import { loadChosenModel } from "./load-chosen-model.ts";
import type { SpaceModels, TextServiceOptions } from "./text-service-options.ts";

/** Texts in, vectors out: a text-embedding Space without HTTP. */
export type TextService = TextEmbeddingService & HostedService;

/**
 * The service of a text-embedding Space: what it serves, and what an app loads into its own process in place of one.
 * @throws CodedError model_unavailable when the model is not there or cannot be loaded
 */
export async function createTextService(models: SpaceModels, options: TextServiceOptions = {}): Promise<TextService> {
  const prepared = await loadChosenModel(models, options);
  const embedder = await createTextEmbedder({
    prepared,
    workers: options.workers,
    maxQueuedTokens: options.maxQueuedTokens,
    cacheBytes: options.cacheBytes,
    prepackDirectory: join(dataDirectoryOf(options), "optimized-models"),
  });
  const info = await embedder.info();
  const profile = toProfile(prepared.model, models);
  return { ...embedder, status: () => ({ profile, ...toStatus(prepared, info, embedder) }) };
}

function toStatus(prepared: PreparedTextModel, info: TextEmbedderInfo, embedder: OnnxTextEmbedder): ServiceStatus {
  const { queue, workers, cache } = embedder.stats();
  const { model, revision, dimensions, precision } = info;
  return {
    model: { model, revision, dimensions },
    precision,
    device: `cpu (${workers.length} workers, ${info.cpuFlags.join(", ")})`,
    files: [...prepared.files],
    workers,
    queue: { requests: queue.requests, tokens: queue.tokens, tokensPerSecond: Math.round(queue.tokensPerSecond) },
    cache: { entries: cache.entries, bytes: cache.bytes, hits: cache.hits + cache.joins, misses: cache.misses },
    versions: { "onnxruntime-node": runtimeVersion() },
  };
}

/** By what the model says of itself: an image serves either one from a folder of another name. */
function toProfile({ id, repository }: TextModel, { full, pocketDirectory }: SpaceModels): "pocket" | "full" | "custom" {
  if (id === full.id) return "full";
  return repository === `models/${basename(pocketDirectory)}` ? "pocket" : "custom";
}

/** Read from its package.json: loading the runtime itself on this thread would cost its memory once more. */
function runtimeVersion(): string {
  return (createRequire(import.meta.url)("onnxruntime-node/package.json") as { version: string }).version;
}
