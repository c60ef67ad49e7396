import type { Secret } from "@repo/server-kit/secret";
import { expect, test } from "vitest";
import { configSchema } from "./config.ts";
import { parseMem0Config } from "./mem0-config/load-mem0-config.ts";
import { describeSettings, resolveSettings } from "./settings.ts";

const file = parseMem0Config(`
vector_store:
  provider: qdrant
  config:
    url: http://qdrant.test:6333
    api_key: key-of-qdrant
    collection_name: notes
    embedding_model_dims: 768
embedder:
  provider: openai
  config:
    openai_base_url: https://user-name.hf.space/v1
    api_key: hf_token_of_the_test
    model: BAAI/bge-base-en-v1.5
    embedding_dims: 768
llm:
  provider: openai
  config:
    openai_base_url: https://llm.test/v1
    api_key: key-of-llm
    model: small
`);

const resolve = (variables: Record<string, string>, mem0 = true) => resolveSettings(configSchema.parse(variables), mem0 ? file : undefined);

test("without anything set the model runs in this process and vectors are in the embedded database", () => {
  expect(resolve({}, false)).toMatchObject({
    embedder: { kind: "local" },
    vectorStore: { kind: "pgvector" },
    factModel: undefined,
    databaseUrl: undefined,
  });
});

test("a Mem0 file says everything", () => {
  expect(resolve({})).toMatchObject({
    embedder: { kind: "openai", baseUrl: "https://user-name.hf.space/v1", model: "BAAI/bge-base-en-v1.5", dimensions: 768 },
    vectorStore: { kind: "qdrant", url: "http://qdrant.test:6333", collection: "notes" },
    factModel: { baseUrl: "https://llm.test/v1", model: "small" },
  });
});

test("variables that name a place win over the file, and the file's keys are not sent there", () => {
  const settings = resolve({
    HF_SPACE_EMBEDDER_ENDPOINT: "user/name",
    QDRANT_URL: "http://other.test",
    LLM_BASE_URL: "https://other.test/v1",
  });
  expect(settings.embedder).toEqual({ kind: "space", url: "user/name", dimensions: 768 });
  expect(settings.vectorStore).toMatchObject({ url: "http://other.test", apiKey: undefined, collection: "notes" });
  expect(settings.factModel).toMatchObject({ baseUrl: "https://other.test/v1", apiKey: undefined, model: "small" });
});

test("OPENAI_BASE_URL is used where no Space and no file name an embedder", () => {
  const settings = resolve({ OPENAI_BASE_URL: "https://api.test/v1", OPENAI_API_KEY: "key-of-openai", EMBEDDING_MODEL: "e5" }, false);
  expect(settings.embedder).toMatchObject({ kind: "openai", baseUrl: "https://api.test/v1", model: "e5" });
  expect((settings.embedder as { apiKey: Secret }).apiKey.reveal()).toBe("key-of-openai");
});

test("the settings are described in Mem0's form, without keys", () => {
  const text = JSON.stringify(describeSettings(resolve({}), configSchema.parse({})));
  expect(text).toContain("https://user-name.hf.space/v1");
  expect(text).toContain("[redacted]");
  expect(text).not.toMatch(/key-of-|hf_token/);
});
