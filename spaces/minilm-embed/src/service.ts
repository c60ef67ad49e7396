import { createRequire } from "node:module";
import { join } from "node:path";
import type { TextEmbeddingService } from "@repo/contracts/embed-text";
import type { HostedService, ServiceStatus } from "@repo/contracts/hosted-service";
import { createTextEmbedder, type OnnxTextEmbedder, type TextEmbedderInfo } from "@repo/engine-onnx/text-embedder";
import type { PreparedTextModel, TextModel } from "@repo/engine-onnx/text-model";
import { z } from "zod";
import { modelVariables, type ModelConfig } from "./config.ts";
import { loadModel } from "./load-model.ts";
import { fullModel } from "./model.ts";
import { dataDirectory } from "./model-directory.ts";

/** Texts in, vectors of all-MiniLM-L6-v2 or of the pocket model out. */
export type MinilmService = TextEmbeddingService & HostedService;

const bytesPerMegabyte = 1024 * 1024;

/**
 * The Space without HTTP: what main.ts serves, and what an app loads into its own process in place of a Space.
 * @param options values of the model's variables that differ from their defaults, e.g. {MODEL: "full"}
 * @throws CodedError model_unavailable when the model is not there or cannot be loaded
 */
export async function createService(options: Partial<ModelConfig> = {}): Promise<MinilmService> {
  const config: ModelConfig = { ...z.object(modelVariables).parse({}), ...options };
  const prepared = await loadModel(config);
  const embedder = await createTextEmbedder({
    prepared,
    workers: config.WORKERS,
    maxQueuedTokens: config.MAX_QUEUED_TOKENS,
    cacheBytes: config.CACHE_MB * bytesPerMegabyte,
    prepackDirectory: join(dataDirectory(config), "optimized-models"),
  });
  const info = await embedder.info();
  return { ...embedder, status: () => toStatus(prepared, info, embedder) };
}

function toStatus(prepared: PreparedTextModel, info: TextEmbedderInfo, embedder: OnnxTextEmbedder): ServiceStatus {
  const { queue, workers, cache } = embedder.stats();
  const { model, revision, dimensions, precision } = info;
  return {
    model: { model, revision, dimensions },
    profile: toProfile(prepared.model),
    precision,
    device: `cpu (${workers.length} workers, ${info.cpuFlags.join(", ")})`,
    files: [...prepared.files],
    workers,
    queue: { requests: queue.requests, tokens: queue.tokens, tokensPerSecond: Math.round(queue.tokensPerSecond) },
    cache: { entries: cache.entries, bytes: cache.bytes, hits: cache.hits + cache.joins, misses: cache.misses },
    versions: { "onnxruntime-node": runtimeVersion() },
  };
}

function toProfile({ id, repository }: TextModel): "pocket" | "full" | "custom" {
  if (id === fullModel.id) return "full";
  return repository === "models/pocket-minilm" ? "pocket" : "custom";
}

/** Read from its package.json: loading the runtime itself on this thread would cost its memory once more. */
function runtimeVersion(): string {
  return (createRequire(import.meta.url)("onnxruntime-node/package.json") as { version: string }).version;
}
