import type { Config } from "./config.ts";
import type {
  EmbedderSettings,
  FactModelSettings,
  MemoryServerSettings,
  VectorStoreSettings,
} from "./mem0-config/memory-server-settings.ts";

/** Where vectors come from. */
export type EmbedderChoice =
  /** Our own protocol: it tells queries from passages. */
  | { kind: "space"; url: string; dimensions: number | undefined }
  /** OpenAI's protocol; one of our Spaces behind it is recognised and spoken to in ours. */
  | ({ kind: "openai"; baseUrl: string } & Omit<EmbedderSettings, "baseUrl">)
  /** The model in this process. */
  | { kind: "local" };

/** What variables and Mem0's file come down to. */
export interface Settings {
  embedder: EmbedderChoice;
  vectorStore: VectorStoreSettings;
  factModel: FactModelSettings | undefined;
  /** postgres:// address with its password; undefined: the embedded database. */
  databaseUrl: string | undefined;
}

/** Answers of a small model to a short conversation fit. */
const factAnswerTokens = 2_000;
const factTemperature = 0.1;

/**
 * Variables and Mem0's file as one. A variable of ours that names a place (HF_SPACE_EMBEDDER_ENDPOINT, LLM_BASE_URL,
 * QDRANT_URL, DATABASE_URL) wins over the file, so that the same file serves everywhere; OPENAI_BASE_URL and
 * OPENAI_API_KEY fill what the file leaves open, as in Mem0.
 */
export function resolveSettings(config: Config, file: MemoryServerSettings | undefined): Settings {
  return {
    embedder: chooseEmbedder(config, file?.embedder),
    vectorStore: chooseVectorStore(config, file?.vectorStore),
    factModel: chooseFactModel(config, file?.factModel),
    databaseUrl: config.DATABASE_URL ?? (file?.vectorStore.kind === "pgvector" ? file.vectorStore.databaseUrl?.reveal() : undefined),
  };
}

function chooseEmbedder(config: Config, file: EmbedderSettings | undefined): EmbedderChoice {
  const { HF_SPACE_EMBEDDER_ENDPOINT: url, OPENAI_BASE_URL } = config;
  if (url !== undefined) return { kind: "space", url, dimensions: file?.dimensions };
  const baseUrl = file?.baseUrl ?? OPENAI_BASE_URL;
  if (baseUrl === undefined) return { kind: "local" };
  const apiKey = file?.apiKey ?? config.OPENAI_API_KEY;
  return { kind: "openai", baseUrl, apiKey, model: config.EMBEDDING_MODEL ?? file?.model, dimensions: file?.dimensions };
}

function chooseVectorStore(config: Config, file: VectorStoreSettings | undefined): VectorStoreSettings {
  const { QDRANT_URL: url, QDRANT_API_KEY, QDRANT_COLLECTION } = config;
  if (url === undefined) return file ?? { kind: "pgvector", databaseUrl: undefined, index: "hnsw", dimensions: undefined };
  const fromFile = file?.kind === "qdrant" ? file : undefined;
  return {
    kind: "qdrant",
    url,
    apiKey: QDRANT_API_KEY ?? (fromFile?.url === url ? fromFile.apiKey : undefined),
    collection: QDRANT_COLLECTION ?? fromFile?.collection ?? "memories",
    onDisk: fromFile?.onDisk ?? false,
    dimensions: file?.dimensions,
  };
}

function chooseFactModel(config: Config, file: FactModelSettings | undefined): FactModelSettings | undefined {
  const { LLM_BASE_URL: baseUrl, LLM_API_KEY, LLM_MODEL } = config;
  if (baseUrl === undefined) return file;
  return {
    temperature: factTemperature,
    maxTokens: factAnswerTokens,
    instructions: undefined,
    ...file,
    baseUrl,
    apiKey: LLM_API_KEY ?? (file?.baseUrl === baseUrl ? file.apiKey : undefined),
    model: LLM_MODEL ?? file?.model ?? "default",
  };
}

const hidden = "[redacted]";
const hide = (secret: unknown): string | null => (secret === undefined ? null : hidden);

/** The settings in the form of Mem0's config, without keys. */
export function describeSettings(settings: Settings, config: Config): Record<string, unknown> {
  const { embedder, vectorStore, factModel } = settings;
  return {
    version: "v1.1",
    embedder:
      embedder.kind === "local"
        ? { provider: "local", config: { model: config.MODEL } }
        : {
            provider: embedder.kind === "space" ? "outpost" : "openai",
            config: {
              openai_base_url: embedder.kind === "space" ? embedder.url : embedder.baseUrl,
              api_key: embedder.kind === "space" ? hide(config.HF_API_TOKEN ?? config.HF_SPACE_API_KEY) : hide(embedder.apiKey),
              model: embedder.kind === "space" ? null : (embedder.model ?? null),
              embedding_dims: embedder.dimensions ?? null,
            },
          },
    vector_store:
      vectorStore.kind === "qdrant"
        ? {
            provider: "qdrant",
            config: {
              url: vectorStore.url,
              api_key: hide(vectorStore.apiKey),
              collection_name: vectorStore.collection,
              on_disk: vectorStore.onDisk,
            },
          }
        : { provider: "pgvector", config: { connection_string: hide(settings.databaseUrl), hnsw: vectorStore.index === "hnsw" } },
    llm:
      factModel === undefined
        ? null
        : { provider: "openai", config: { openai_base_url: factModel.baseUrl, api_key: hide(factModel.apiKey), model: factModel.model } },
  };
}
