import type { CallContext } from "@repo/contracts/call-context";
import { openAiChatRoute, unversionedOpenAiChatRoute, type OpenAiChatRequest, type OpenAiChatResponse } from "@repo/contracts/openai-chat";
import type { SpaceClient } from "./create-space-client.ts";
import { createOpenAiConnection, type OpenAiConnectionOptions } from "./openai-connection.ts";

/** A language model behind OpenAI's protocol. */
export interface OpenAiChatClient {
  readonly space: SpaceClient;
  /**
   * One answer to one conversation.
   * @throws what SpaceClient.call throws
   */
  complete(request: OpenAiChatRequest, context?: CallContext): Promise<OpenAiChatResponse>;
  close(): void;
}

/**
 * Connects to any server that speaks `POST /v1/chat/completions`: OpenAI, OpenRouter, Ollama, vLLM, our own Space.
 * @throws invalid_request for an address or key that cannot be one
 */
export function createOpenAiChatClient(options: OpenAiConnectionOptions): OpenAiChatClient {
  const { space, isVersioned } = createOpenAiConnection(options);
  const route = isVersioned ? openAiChatRoute : unversionedOpenAiChatRoute;
  return {
    space,
    complete: async (request, context) => await space.call(route, request, context),
    close: () => space.close(),
  };
}
