/**
 * What Mem0's configuration may say, and what of it this server follows.
 * @source https://github.com/mem0ai/mem0 (August 2026): mem0/configs/base.py, mem0/configs/vector_stores/{qdrant,pgvector}.py,
 * mem0/configs/embeddings/base.py, mem0/configs/llms/{base,openai}.py, and the lists of providers beside them
 */

/** One key of a section. */
export type Mem0Key =
  | { kind: "text" | "integer" | "number" | "boolean" | "section" }
  /** Mem0 follows it and this server cannot: refused, with the way out. */
  | { kind: "refused"; reason: string }
  /** Means nothing here and does no harm: warned about. */
  | { kind: "ignored"; reason: string };

/** The keys of one section by name. */
export type Mem0Section = Readonly<Record<string, Mem0Key>>;

const text = { kind: "text" } as const;
const integer = { kind: "integer" } as const;
const refused = (reason: string): Mem0Key => ({ kind: "refused", reason });
const ignored = (reason: string): Mem0Key => ({ kind: "ignored", reason });

const python = "it is an object of a Python program.";

export const rootKeys: Mem0Section = {
  vector_store: { kind: "section" },
  embedder: { kind: "section" },
  llm: { kind: "section" },
  version: ignored("answers have the form of Mem0's v1.1 in any case."),
  history_db_path: ignored("the history is kept in this server's database."),
  custom_instructions: text,
  custom_fact_extraction_prompt: text,
  custom_update_memory_prompt: refused("no language model decides here which memories are merged; remove the key."),
  custom_prompt: refused("Mem0 itself renamed it: use custom_instructions."),
  graph_store: refused("memories are not kept as a graph; remove the section."),
  enable_graph: refused("memories are not kept as a graph; remove the key."),
  reranker: refused("results are ordered by cosine similarity alone; remove the section."),
};

/** Of vector_store, embedder and llm. */
export const providerKeys: Mem0Section = { provider: text, config: { kind: "section" } };

export const vectorStoreKeys: Readonly<Record<string, Mem0Section>> = {
  qdrant: {
    collection_name: text,
    embedding_model_dims: integer,
    host: text,
    port: integer,
    url: text,
    api_key: text,
    https: { kind: "boolean" },
    on_disk: { kind: "boolean" },
    path: refused(
      "it runs Qdrant inside the Python process; name a server (host and port, or url), or use the provider pgvector, which needs none.",
    ),
    client: refused(python),
  },
  pgvector: {
    dbname: text,
    user: text,
    password: text,
    host: text,
    port: integer,
    sslmode: text,
    connection_string: text,
    embedding_model_dims: integer,
    hnsw: { kind: "boolean" },
    collection_name: ignored("this server's tables have names of their own."),
    minconn: ignored("connections are opened as they are needed."),
    maxconn: ignored("up to 10 connections are used."),
    diskann: refused("its index is HNSW; remove the key, or set it to false and hnsw to true."),
    connection_pool: refused(python),
  },
};

const commonEmbedderKeys: Mem0Section = {
  model: text,
  api_key: text,
  embedding_dims: integer,
  http_client_proxies: refused("set the proxy for the process (NODE_USE_ENV_PROXY=1 and HTTPS_PROXY)."),
};

export const embedderKeys: Readonly<Record<string, Mem0Section>> = {
  openai: { ...commonEmbedderKeys, openai_base_url: text },
  huggingface: { ...commonEmbedderKeys, huggingface_base_url: text, model_kwargs: refused("no model runs in Python here.") },
  /** Not Mem0's: for any other server with OpenAI's protocol. */
  custom: { ...commonEmbedderKeys, base_url: text, openai_base_url: text },
};

const commonLlmKeys: Mem0Section = {
  model: text,
  temperature: { kind: "number" },
  max_tokens: integer,
  api_key: text,
  top_p: ignored("only temperature is sent."),
  top_k: ignored("only temperature is sent."),
  enable_vision: ignored("facts are taken from text."),
  vision_details: ignored("facts are taken from text."),
  is_reasoning_model: ignored("the same request is sent to every model."),
  reasoning_effort: ignored("the same request is sent to every model."),
  http_client_proxies: refused("set the proxy for the process (NODE_USE_ENV_PROXY=1 and HTTPS_PROXY)."),
};

const openAiLlmKeys: Mem0Section = {
  ...commonLlmKeys,
  openai_base_url: text,
  openrouter_base_url: text,
  store: ignored("nothing is asked to be stored."),
  site_url: ignored("it is a header of OpenRouter for statistics."),
  app_name: ignored("it is a header of OpenRouter for statistics."),
  models: refused("OpenRouter's list of stand-ins is not sent; name one model."),
  route: refused("OpenRouter's list of stand-ins is not sent; name one model."),
  response_callback: refused(python),
};

export const llmKeys: Readonly<Record<string, Mem0Section>> = {
  openai: openAiLlmKeys,
  openai_structured: openAiLlmKeys,
  vllm: { ...commonLlmKeys, vllm_base_url: text },
  lmstudio: {
    ...commonLlmKeys,
    lmstudio_base_url: text,
    lmstudio_response_format: ignored("the form of the answer is this server's own."),
  },
  /** Not Mem0's: for any other server with OpenAI's protocol. */
  custom: { ...commonLlmKeys, base_url: text, openai_base_url: text },
};

/** Providers that Mem0 has and this server has not. */
export const foreignProviders: Readonly<Record<"vector_store" | "embedder" | "llm", readonly string[]>> = {
  vector_store:
    "chroma pinecone mongodb milvus baidu cassandra neptune upstash_vector azure_ai_search azure_mysql redis valkey databricks elasticsearch vertex_ai_vector_search opensearch supabase weaviate faiss langchain s3_vectors turbopuffer oracledb".split(
      " ",
    ),
  embedder: "ollama azure_openai gemini vertexai together lmstudio langchain aws_bedrock fastembed".split(" "),
  llm: "ollama anthropic groq together aws_bedrock litellm azure_openai azure_openai_structured gemini deepseek minimax xai sarvam langchain".split(
    " ",
  ),
};
