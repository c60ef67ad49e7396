import { createSpaceClient, type SpaceClient, type SpaceClientOptions } from "./create-space-client.ts";

/** Options of {@link createOpenAiConnection}. */
export interface OpenAiConnectionOptions extends Omit<SpaceClientOptions, "url" | "token"> {
  /** As OpenAI's SDKs take it (https://api.openai.com/v1), or the address of a Space, with or without /v1. */
  baseUrl: string;
  /** Sent as `Authorization: Bearer`; for a private Space the Hugging Face token, which opens its edge as well. */
  bearer?: string | undefined;
}

/** A connection, and whether the routes behind it begin with /v1. */
export interface OpenAiConnection {
  space: SpaceClient;
  isVersioned: boolean;
}

/**
 * Connects to an OpenAI-compatible server with everything a Space client has: wake-up, retries, deadlines, a page in
 * place of an answer is recognised, keys stay out of errors and go to this host only.
 *
 * SDKs put "/embeddings" right behind their base URL, which most often ends with /v1. A base URL that has another path
 * (/v1beta/openai) is taken as it is; one without a path means /v1.
 * @throws invalid_request for an address or key that cannot be one
 */
export function createOpenAiConnection(options: OpenAiConnectionOptions): OpenAiConnection {
  const { baseUrl, bearer, ...rest } = options;
  const space = createSpaceClient({ ...rest, url: baseUrl, token: bearer });
  const path = URL.parse(baseUrl.trim())?.pathname.replace(/\/+$/, "") ?? "";
  const hasOwnPath = new URL(space.address.baseUrl).pathname.replace(/\/+$/, "") !== "";
  return { space, isVersioned: !hasOwnPath || path.endsWith("/v1") };
}
