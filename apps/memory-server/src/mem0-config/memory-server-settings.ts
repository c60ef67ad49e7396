import type { Secret } from "@repo/server-kit/secret";

/** Where texts become vectors. */
export interface EmbedderSettings {
  /** Address of the Space, or base URL of an OpenAI-compatible server; undefined: what HF_SPACE_EMBEDDER_ENDPOINT says. */
  baseUrl: string | undefined;
  /** Sent as `Authorization: Bearer`; for a private Space the Hugging Face token. */
  apiKey: Secret | undefined;
  /** What is sent as `model`; a Space serves one model and answers with its name. */
  model: string | undefined;
  /** Length of the vectors; undefined: whatever the model has. Checked against the first answer. */
  dimensions: number | undefined;
}

/** Where the vectors are kept. */
export type VectorStoreSettings =
  | {
      kind: "pgvector";
      /** postgres:// address with its password; undefined: DATABASE_URL, or else the embedded database. */
      databaseUrl: Secret | undefined;
      /** hnsw: approximate and fast; none: every vector is compared. */
      index: "hnsw" | "none";
      dimensions: number | undefined;
    }
  | {
      kind: "qdrant";
      url: string;
      apiKey: Secret | undefined;
      collection: string;
      /** Vectors on disk instead of in memory. */
      onDisk: boolean;
      dimensions: number | undefined;
    };

/** The language model that takes facts out of messages. */
export interface FactModelSettings {
  /** Base URL of an OpenAI-compatible server, with its /v1 where it has one. */
  baseUrl: string;
  apiKey: Secret | undefined;
  model: string;
  /** 0..2. */
  temperature: number;
  maxTokens: number;
  /** What the file's custom_instructions (before: custom_fact_extraction_prompt) say; put after our own instructions. */
  instructions: string | undefined;
}

/** What a Mem0 config.yaml says, as this server uses it. */
export interface MemoryServerSettings {
  embedder: EmbedderSettings;
  vectorStore: VectorStoreSettings;
  /** Undefined when the file names no language model: messages are stored as they are. */
  factModel: FactModelSettings | undefined;
  /** Settings that mean nothing here, with the reason; to be logged at start. */
  warnings: string[];
}
