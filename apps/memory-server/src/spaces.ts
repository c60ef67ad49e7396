import { createSpaceClient } from "@repo/client-kit/create-space-client";
import {
  connectLocalEmbedder,
  connectSpaceEmbedder,
  createLocalEmbedder,
  type EmbedderConnection,
  type LocalEmbedder,
  type SpaceEmbedderOptions,
} from "@repo/client-kit/embedder-connection";
import { createOpenAiChatClient } from "@repo/client-kit/openai-chat-client";
import { createOpenAiEmbedder } from "@repo/client-kit/openai-embedder";
import { createTextEmbedderClient } from "@repo/client-kit/text-embedder-client";
import type { ModelIdentity } from "@repo/contracts/model-info";
import type { Logger } from "@repo/server-kit/log";
import type { Config } from "./config.ts";
import { createFactExtractor, type FactExtractor } from "./facts/fact-extractor.ts";
import type { Settings } from "./settings.ts";

/** What memory-server knows of the models it uses. The only place where they are reached. */
export interface Spaces {
  connection: EmbedderConnection;
  /** Undefined where no language model is configured: messages are stored as they are. */
  facts: FactExtractor | undefined;
  close(): Promise<void>;
}

/** Vectors of texts seen a moment ago: a search that is repeated, or a text that is checked and then stored. */
const cacheBytes = 8 * 1024 * 1024;

/** The Space's own service inside this process: same code, same model, no HTTP. */
function createLocal(config: Config, advice?: string): LocalEmbedder {
  return createLocalEmbedder({
    packageName: "@repo/bge-embed",
    importPackage: async () => await import("@repo/bge-embed/service"),
    create: async ({ createService }) => await createService({ MODEL: config.MODEL }),
    ...(advice === undefined ? {} : { advice }),
  });
}

function createNativeClient(config: Config, url: string, dimensions: number | undefined): SpaceEmbedderOptions["client"] {
  const space = createSpaceClient({
    url,
    token: config.HF_API_TOKEN?.reveal(),
    apiKey: config.HF_SPACE_API_KEY?.reveal(),
    timeoutMs: config.SPACE_TIMEOUT_MS,
    wakeBudgetMs: config.SPACE_WAKE_BUDGET_MS,
  });
  const client = createTextEmbedderClient(space, { cacheBytes });
  if (dimensions === undefined) return client;
  // A length that is set is asked for; the Space's policy says whether it can be had. The probe would ask for another.
  return { space, info: client.info, embed: async (request, context) => await client.embed({ ...request, dimensions }, context) };
}

function connectEmbedder(
  settings: Settings,
  config: Config,
  options: { log: Logger; expectedIdentity: ModelIdentity | undefined },
): EmbedderConnection {
  const { embedder } = settings;
  if (embedder.kind === "local") {
    return connectLocalEmbedder(
      createLocal(
        config,
        "Set HF_SPACE_EMBEDDER_ENDPOINT to the address of a bge-embed Space, or OPENAI_BASE_URL to a server that speaks OpenAI's protocol.",
      ),
    );
  }
  const client =
    embedder.kind === "space"
      ? createNativeClient(config, embedder.url, embedder.dimensions)
      : createOpenAiEmbedder({
          baseUrl: embedder.baseUrl,
          bearer: embedder.apiKey?.reveal(),
          // A private Space of ours asks for both: the token at its edge, its own key behind it.
          apiKey: config.HF_SPACE_API_KEY?.reveal(),
          model: embedder.model,
          dimensions: embedder.dimensions,
          timeoutMs: config.SPACE_TIMEOUT_MS,
          wakeBudgetMs: config.SPACE_WAKE_BUDGET_MS,
          cacheBytes,
        });
  return connectSpaceEmbedder({
    client,
    local: config.LOCAL_FALLBACK ? createLocal(config) : undefined,
    expectedIdentity: options.expectedIdentity,
    withoutSpace: "so nothing can be added or searched; lists and exports work",
    onFallback: ({ active, reason }) => options.log.warn({ active, reason }, "the embeddings are answered by another side now"),
  });
}

function connectFactModel({ factModel }: Settings, config: Config): FactExtractor | undefined {
  if (factModel === undefined) return undefined;
  const { baseUrl, apiKey, model, temperature, maxTokens, instructions } = factModel;
  const client = createOpenAiChatClient({
    baseUrl,
    bearer: apiKey?.reveal(),
    timeoutMs: config.LLM_TIMEOUT_MS,
    wakeBudgetMs: config.SPACE_WAKE_BUDGET_MS,
  });
  return createFactExtractor({ client, model, temperature, maxTokens, instructions });
}

/**
 * The models as the settings say.
 * @param options.expectedIdentity the model of the stored vectors; only it may stand in for the Space
 */
export function createSpaces(
  settings: Settings,
  config: Config,
  options: { log: Logger; expectedIdentity?: ModelIdentity | undefined },
): Spaces {
  const { log, expectedIdentity } = options;
  const connection = connectEmbedder(settings, config, { log, expectedIdentity });
  const facts = connectFactModel(settings, config);
  return {
    connection,
    facts,
    close: async () => {
      facts?.close();
      await connection.close();
    },
  };
}
