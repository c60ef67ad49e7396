import type { Server } from "../server.ts";
import { createEmbeddingMetrics } from "../text-embedding/embedding-metrics.ts";
import { mountHuggingFaceRoutes } from "./hugging-face-routes.ts";
import { mountNativeRoutes } from "./native-routes.ts";
import { mountOpenAiRoutes } from "./openai-routes.ts";
import { mountSligRoute } from "./slig-routes.ts";
import type { VisualEmbeddingHost, VisualEmbeddingOptions } from "./visual-embedding-host.ts";

/**
 * Mounts every route of a Space with a model of images and texts: our own, and those that clients of Hugging Face, OpenAI,
 * Jina, Infinity and of the original app call, so that they work with nothing but another base URL.
 */
export function mountVisualEmbedding(server: Server, options: VisualEmbeddingOptions): void {
  const host: VisualEmbeddingHost = { ...options, metrics: createEmbeddingMetrics(server) };
  mountNativeRoutes(server, host);
  mountOpenAiRoutes(server, host);
  mountSligRoute(server, host);
  mountHuggingFaceRoutes(server, host);
}
