import { inspect } from "node:util";
import { ConfigError } from "@repo/server-kit/load-config";
import { expect, test } from "vitest";
import { loadMem0Config, parseMem0Config } from "./load-mem0-config.ts";

/** All problems of a file, one per line. */
function problemsOf(text: string, environment: Record<string, string> = {}): readonly string[] {
  try {
    parseMem0Config(text, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const docs = (name: string) => new URL(`../../../../docs/connect/${name}`, import.meta.url).pathname;

test("the configuration that the documentation hands out is read as it is", async () => {
  const settings = await loadMem0Config(docs("mem0-config.yaml"), { OPENAI_API_KEY: "hf_secret" });
  expect(settings).toMatchObject({
    embedder: { baseUrl: "http://127.0.0.1:7862/v1", model: "bge-base-en-v1.5", dimensions: 768 },
    vectorStore: { kind: "qdrant", url: "http://127.0.0.1:6333", collection: "memories_bge_base", dimensions: 768 },
    factModel: undefined,
    warnings: [],
  });
  expect(settings.embedder.apiKey?.reveal()).toBe("hf_secret");
  expect(inspect(settings, { depth: 9 })).not.toContain("hf_secret");
});

test("so is the one for pgvector", async () => {
  const settings = await loadMem0Config(docs("mem0-config-pgvector.yaml"));
  expect(settings.vectorStore).toMatchObject({ kind: "pgvector", index: "hnsw", dimensions: 768 });
  const store = settings.vectorStore.kind === "pgvector" ? settings.vectorStore.databaseUrl?.reveal() : undefined;
  expect(store).toBe("postgresql://memories:memories@127.0.0.1:5432/memories");
  expect(settings.warnings).toEqual([]);
});

test("keys that Mem0 ignores in silence are refused by name, with line and closest valid key, all at once", () => {
  const problems = problemsOf(`vectorstore:
  provider: qdrant
embedder:
  provider: openai
  config:
    embedding_model_dims: 768
    base_url: http://x
vector_store:
  provider: qdrant
  config:
    collection: memories
    host: localhost
    dims: 768
`);
  expect(problems).toEqual([
    "config.yaml:1: vectorstore is not a key of Mem0's configuration. Did you mean vector_store?",
    "config.yaml:6: embedder.config.embedding_model_dims is not a key of embedder.config. Did you mean embedding_dims?",
    "config.yaml:7: embedder.config.base_url is not a key of embedder.config. Did you mean openai_base_url?",
    "config.yaml:11: vector_store.config.collection is not a key of vector_store.config. Did you mean collection_name?",
    "config.yaml:13: vector_store.config.dims is not a key of vector_store.config. Did you mean embedding_model_dims?",
  ]);
});

test("what only Mem0 has is told apart from what nobody has", () => {
  const problems = problemsOf(`graph_store: {provider: neo4j}
reranker: {provider: cohere}
llm: {provider: gemini}
embedder: {provider: opnai}
vector_store: {provider: qdrant, config: {path: /tmp/qdrant, host: a}}
zebra: 1
`);
  expect(problems[0]).toContain("graph_store: Mem0 has it, this server does not");
  expect(problems[1]).toContain("reranker: Mem0 has it, this server does not");
  expect(problems[2]).toMatch(/llm.provider: Mem0 has it, this server does not; it has openai/);
  expect(problems[3]).toContain("Did you mean openai?");
  expect(problems[4]).toMatch(/path: Mem0 has it.*pgvector/);
  expect(problems[5]).toMatch(/zebra is not a key.*There are: vector_store/);
});

test("lengths that do not fit each other are refused, and the default of 1536 is explained", () => {
  const file = (made: number, kept: number) => `
embedder: {provider: openai, config: {openai_base_url: "http://x/v1", embedding_dims: ${made}}}
vector_store: {provider: qdrant, config: {host: q, embedding_model_dims: ${kept}}}`;
  expect(problemsOf(file(768, 768))).toEqual([]);
  expect(problemsOf(file(768, 384))[0]).toMatch(/embedding_model_dims is 384, but embedder.config.embedding_dims is 768/);
  expect(problemsOf(file(768, 1536))[0]).toMatch(/1536 is the length of OpenAI's vectors and Mem0's default; bge-base has 768/);
});

test("a length that is said once counts for both, with a warning of what Mem0 would have done", () => {
  const settings = parseMem0Config(`
embedder: {provider: openai, config: {openai_base_url: "http://x/v1", embedding_dims: 768}}
vector_store: {provider: qdrant, config: {host: q}}`);
  expect(settings.vectorStore.dimensions).toBe(768);
  expect(settings.warnings).toEqual([expect.stringMatching(/embedding_model_dims is not set.*Mem0 itself would take 1536/)]);
});

test("values of a wrong kind, and files that are no YAML, are refused without repeating what they hold", () => {
  const problems = problemsOf(`
vector_store: {provider: qdrant, config: {host: q, port: secret-port, on_disk: secret-maybe, embedding_model_dims: -1}}
embedder: secret-text
llm: {provider: openai, config: {temperature: 7, openai_base_url: secret-address}}
`);
  expect(problems).toHaveLength(6);
  expect(problems.join("\n")).not.toContain("secret-");
  for (const text of ["api_key: [secret-a", "a: secret-b\na: secret-c", "- secret-d", "\t: secret-e"]) {
    const broken = problemsOf(text);
    expect(broken.length).toBeGreaterThan(0);
    expect(broken.join("\n")).not.toContain("secret-");
  }
});

test("variables of the environment are put in, missing ones are named, and OPENAI_BASE_URL fills what is open", () => {
  const file = "embedder: {provider: openai, config: {api_key: '${SPACE_KEY}'}}\nllm: {provider: openai}";
  const settings = parseMem0Config(file, { SPACE_KEY: "k", OPENAI_BASE_URL: "http://proxy/v1", OPENAI_API_KEY: "o" });
  expect(settings.embedder).toMatchObject({ baseUrl: "http://proxy/v1" });
  expect(settings.embedder.apiKey?.reveal()).toBe("k");
  expect(settings.factModel).toMatchObject({ baseUrl: "http://proxy/v1", temperature: 0.1, maxTokens: 2000 });
  expect(settings.factModel?.apiKey?.reveal()).toBe("o");
  expect(problemsOf(file)).toEqual(["config.yaml:1: api_key: the environment has no SPACE_KEY."]);
  expect(parseMem0Config(file, { SPACE_KEY: "k" }).embedder.baseUrl).toBeUndefined();
});

test("a database is put together from its parts, with whatever the password holds, or taken whole", () => {
  const urlOf = (config: string) => {
    const { vectorStore } = parseMem0Config(`vector_store: {provider: pgvector, config: {${config}}}`);
    return vectorStore.kind === "pgvector" ? vectorStore.databaseUrl?.reveal() : undefined;
  };
  expect(urlOf('host: db, port: 6543, user: u, password: "p@ss/w:rd#?", dbname: m, sslmode: require')).toBe(
    "postgresql://u:p%40ss%2Fw%3Ard%23%3F@db:6543/m?sslmode=require",
  );
  expect(urlOf("connection_string: 'postgres://u:p@h/d'")).toBe("postgres://u:p@h/d");
  expect(urlOf("hnsw: false")).toBeUndefined();
  expect(problemsOf("vector_store: {provider: pgvector, config: {password: p}}")).toHaveLength(2);
  expect(problemsOf("vector_store: {provider: pgvector, config: {connection_string: 'host=secret'}}")[0]).not.toContain("secret");
});

test("Qdrant's address follows the rules of its own client", () => {
  const urlOf = (config: string) => {
    const { vectorStore } = parseMem0Config(`vector_store: {provider: qdrant, config: {${config}}}`);
    return vectorStore.kind === "qdrant" ? vectorStore.url : undefined;
  };
  expect(urlOf("host: q")).toBe("http://q:6333");
  expect(urlOf("host: q, port: 80, api_key: k")).toBe("https://q:80");
  expect(urlOf("host: q, api_key: k, https: false")).toBe("http://q:6333");
  expect(urlOf("url: 'https://x.cloud.qdrant.io', api_key: k")).toBe("https://x.cloud.qdrant.io");
  expect(problemsOf("vector_store: {provider: qdrant, config: {host: 'http://q'}}")).toHaveLength(1);
  expect(problemsOf("vector_store: {provider: qdrant, config: {collection_name: c}}")[0]).toContain("does not say where Qdrant is");
});

test("an empty file means the defaults, and a file that is not there is named", async () => {
  expect(parseMem0Config("")).toMatchObject({ vectorStore: { kind: "pgvector" }, factModel: undefined, warnings: [] });
  await expect(loadMem0Config("/does/not/exist.yaml")).rejects.toThrow("/does/not/exist.yaml does not exist");
});
