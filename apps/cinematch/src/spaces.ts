import { createSpaceClient } from "@repo/client-kit/create-space-client";
import { connectLocalEmbedder, connectSpaceEmbedder, createLocalEmbedder, type LocalEmbedder } from "@repo/client-kit/embedder-connection";
import { createHuggingFaceEmbedder } from "@repo/client-kit/hugging-face-inference";
import { createTextEmbedderClient } from "@repo/client-kit/text-embedder-client";
import { CodedError } from "@repo/contracts/coded-error";
import type { TextEmbedder } from "@repo/contracts/embed-text";
import type { FilmHealth } from "@repo/contracts/film-recommendations";
import type { ModelIdentity } from "@repo/contracts/model-info";
import type { Logger } from "@repo/server-kit/log";
import type { Config } from "./config.ts";

/** What cinematch knows of the models it uses. The only place where they are reached. */
export interface Spaces {
  /** Undefined when only words are compared. */
  embedder: TextEmbedder | undefined;
  status(): FilmHealth["space"];
  /** Starts waking a sleeping Space, in the background. */
  wake(): void;
  close(): Promise<void>;
}

/** The Space's own service inside this process: same code, same model, no HTTP. */
function createLocal(config: Config): LocalEmbedder {
  return createLocalEmbedder({
    packageName: "@repo/minilm-embed",
    importPackage: async () => await import("@repo/minilm-embed/service"),
    create: async ({ createService }) => await createService({ MODEL: config.MODEL }),
  });
}

function createKeywordOnly(): Spaces {
  const status = {
    mode: "keyword-only",
    state: "off",
    answeredBy: "none",
    message: "Only words are compared (KEYWORD_ONLY_MODE).",
  } as const;
  return { embedder: undefined, status: () => status, wake: () => undefined, close: async () => await Promise.resolve() };
}

function createHosted(token: string): Spaces {
  return {
    embedder: createHuggingFaceEmbedder({ token }),
    status: () => ({ mode: "hosted", state: "unknown", answeredBy: "primary", message: null }),
    wake: () => undefined,
    close: async () => await Promise.resolve(),
  };
}

function createRemote(config: Config, url: string, log: Logger, expectedIdentity: ModelIdentity | undefined): Spaces {
  const space = createSpaceClient({
    url,
    token: config.HF_API_TOKEN?.reveal(),
    apiKey: config.HF_SPACE_API_KEY?.reveal(),
    timeoutMs: config.SPACE_TIMEOUT_MS,
    wakeBudgetMs: config.SPACE_WAKE_BUDGET_MS,
  });
  return connectSpaceEmbedder({
    client: createTextEmbedderClient(space, { cacheBytes: 4 * 1024 * 1024 }),
    local: config.LOCAL_FALLBACK ? createLocal(config) : undefined,
    expectedIdentity,
    withoutSpace: "so only words are compared",
    onFallback: ({ active, reason }) => log.warn({ active, reason }, "the embeddings are answered by another side now"),
  });
}

/**
 * The models as the configuration says: words only, the model in this process, a Space (with the model in this process as
 * its fallback), or the hosted inference API where there is a token and no Space.
 *
 * @param expectedIdentity the model of the vectors in the database; only it may stand in for the Space
 * @throws CodedError invalid_request when the configuration names no way to get vectors
 */
export function createSpaces(config: Config, log: Logger, expectedIdentity?: ModelIdentity): Spaces {
  if (config.KEYWORD_ONLY_MODE) return createKeywordOnly();
  if (!config.USE_EXTERNAL_EMBEDDINGS) return connectLocalEmbedder(createLocal(config));
  if (config.HF_SPACE_ENDPOINT !== undefined) return createRemote(config, config.HF_SPACE_ENDPOINT, log, expectedIdentity);
  if (config.HF_API_TOKEN !== undefined) return createHosted(config.HF_API_TOKEN.reveal());
  throw new CodedError(
    "invalid_request",
    "Set HF_SPACE_ENDPOINT to the address of a minilm-embed Space; or HF_API_TOKEN for the hosted inference API, USE_EXTERNAL_EMBEDDINGS=false for the model in this process, or KEYWORD_ONLY_MODE=true.",
  );
}
