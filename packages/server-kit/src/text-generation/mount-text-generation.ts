import type { Server } from "../server.ts";
import { createGenerationMetrics } from "./generation-metrics.ts";
import { mountNativeRoutes } from "./native-routes.ts";
import { mountOpenAiChatRoutes } from "./openai-chat-routes.ts";
import { mountOpenAiCompletionRoutes } from "./openai-completion-routes.ts";
import { mountOriginalRoutes } from "./original-routes.ts";
import type { TextGenerationHost, TextGenerationOptions } from "./text-generation-host.ts";
import { mountTgiRoutes } from "./tgi-routes.ts";

/**
 * Mounts every route of a Space that writes text: our own, those of the original's client, text-generation-inference,
 * OpenAI and Hugging Face, so that existing clients work with nothing but another base URL.
 */
export function mountTextGeneration(server: Server, options: TextGenerationOptions): void {
  const host: TextGenerationHost = { ...options, metrics: createGenerationMetrics(server) };
  mountNativeRoutes(server, host);
  mountOriginalRoutes(server, host);
  mountTgiRoutes(server, host);
  mountOpenAiChatRoutes(server, host);
  mountOpenAiCompletionRoutes(server, host);
}
