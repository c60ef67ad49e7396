import { mountAlternatives } from "../mount-route.ts";
import type { Server } from "../server.ts";
import { createEmbeddingMetrics } from "./embedding-metrics.ts";
import { mountHuggingFaceRoutes } from "./hugging-face-routes.ts";
import { nativeEmbedRoute } from "./native-routes.ts";
import { mountOllamaRoutes } from "./ollama-routes.ts";
import { mountOpenAiRoutes } from "./openai-routes.ts";
import { mountTeiRoutes, teiEmbedRoute } from "./tei-routes.ts";
import type { TextEmbeddingHost, TextEmbeddingOptions } from "./text-embedding-host.ts";

/**
 * Mounts every route of a text-embedding Space: our own, and those of text-embeddings-inference, OpenAI, Hugging Face
 * and Ollama, so that existing clients work with nothing but another base URL.
 */
export function mountTextEmbedding(server: Server, options: TextEmbeddingOptions): void {
  const host: TextEmbeddingHost = { ...options, metrics: createEmbeddingMetrics(server) };
  // Ours comes first, so that an unreadable body is answered in our own shape.
  mountAlternatives(server, [nativeEmbedRoute(host), teiEmbedRoute(host)]);
  mountTeiRoutes(server, host);
  mountOpenAiRoutes(server, host);
  mountHuggingFaceRoutes(server, host);
  mountOllamaRoutes(server, host);
}
