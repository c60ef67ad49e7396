import { embedTextResponse } from "@repo/contracts/embed-text";
import { openAiModelList } from "@repo/contracts/openai-embeddings";
import { teiInfoResponse } from "@repo/contracts/tei";
import { expect, test } from "vitest";
import { createEmbeddingServer, expectedVectors, model, toFloat32 } from "../../test/embedding-server.ts";
import { createHashingEmbedder } from "./hashing-embedder.ts";
import type { TextEmbeddingOptions } from "./text-embedding-host.ts";

const prompts = { query: "find for: ", passage: "stored: " };
const service = createHashingEmbedder({ model: model.name, dimensions: model.dimensions, maxTokens: 64, prompts });
const plain = createHashingEmbedder({ model: model.name, dimensions: model.dimensions, maxTokens: 64 });
const asQuery = async (text: string) => (await expectedVectors(plain, [prompts.query + text]))[0];
const asPassage = async (text: string) => (await expectedVectors(plain, [prompts.passage + text]))[0];

/** The vector of one text by every route that embeds, through the form of its own family. */
const routes: [path: string, toBody: (text: string) => object, read: (answer: unknown) => number[]][] = [
  ["/embed", (text) => ({ text }), (answer) => embedTextResponse.parse(answer).embedding as number[]],
  ["/embed", (text) => ({ texts: [text] }), (answer) => embedTextResponse.parse(answer).embeddings[0] as number[]],
  ["/embed", (inputs) => ({ inputs }), (answer) => (answer as number[][])[0] ?? []],
  ["/v1/embeddings", (input) => ({ input }), (answer) => (answer as { data: { embedding: number[] }[] }).data[0]?.embedding ?? []],
  ["/", (inputs) => ({ inputs }), (answer) => answer as number[]],
  ["/api/embed", (input) => ({ input }), (answer) => (answer as { embeddings: number[][] }).embeddings[0] ?? []],
  ["/api/embeddings", (prompt) => ({ prompt }), (answer) => (answer as { embedding: number[] }).embedding],
];
const isNative = (index: number) => index < 2;

async function embedEverywhere(options: Partial<TextEmbeddingOptions>, text: string, fields: object = {}) {
  const { post } = createEmbeddingServer({ service, routes: options });
  return Promise.all(
    routes.map(async ([path, toBody, read]) => {
      const response = await post(path, { ...toBody(text), ...fields });
      expect(response.status).toBe(200);
      return toFloat32([read(await response.json())])[0];
    }),
  );
}

test("texts are passages where nothing is said", async () => {
  const passage = await asPassage("a bat");
  expect(await embedEverywhere({}, "a bat")).toEqual(routes.map(() => passage));
});

test("a Space's own route may take queries while all others take passages", async () => {
  const [query, passage] = [await asQuery("a bat"), await asPassage("a bat")];
  const vectors = await embedEverywhere({ defaultInputType: { native: "query" } }, "a bat");
  expect(vectors).toEqual(routes.map((_, index) => (isNative(index) ? query : passage)));
});

test("prompt_name is followed on every route, and a prompt that is there already is not repeated", async () => {
  const query = await asQuery("a bat");
  for (const text of ["a bat", "find for: a bat", "  find for:a bat"]) {
    expect(await embedEverywhere({}, text, { prompt_name: "query" })).toEqual(routes.map(() => query));
  }
});

test.each([{ input_type: "query" }, { input_type: "search_query" }, { is_query: true }, { task: "retrieval.query" }])(
  "%o is followed on our own route, OpenAI's, Hugging Face's and Ollama's",
  async (fields) => {
    const { post } = createEmbeddingServer({ service });
    const query = await asQuery("a bat");
    for (const [index, [path, toBody, read]] of routes.entries()) {
      // With a field of ours, the third form is our own.
      if (index === 2) continue;
      const answer = await (await post(path, { ...toBody("a bat"), ...fields })).json();
      expect(toFloat32([read(answer)])).toEqual([query]);
    }
  },
);

test("always-query puts the query prompt before every text of every route, whatever is said, and never twice", async () => {
  const query = await asQuery("a bat");
  for (const text of ["a bat", "find for: a bat"]) {
    expect(await embedEverywhere({ alwaysQueryPrompt: true }, text)).toEqual(routes.map(() => query));
    expect(await embedEverywhere({ alwaysQueryPrompt: true }, text, { prompt_name: "passage" })).toEqual(routes.map(() => query));
  }
});

test.each([
  ["/embed", { text: "a", input_type: "query", is_query: false }, { error: { message: expect.stringContaining("is_query") as string } }],
  ["/v1/embeddings", { input: "a", is_query: true, prompt_name: "passage" }, { error: { param: "prompt_name", code: "invalid_request" } }],
  ["/v1/embeddings", { input: "a", input_type: "clustering" }, { error: { param: "input_type", code: "invalid_request" } }],
])("%s refuses %j", async (path, body, error) => {
  const response = await createEmbeddingServer({ service }).post(path, body);
  expect([response.status, await response.json()]).toMatchObject([400, error]);
});

test("prompts and defaults are told", async () => {
  const { get } = createEmbeddingServer({ service, routes: { defaultInputType: { native: "query" }, longText: "chunk" } });
  expect(teiInfoResponse.parse(await (await get("/info")).json())).toMatchObject({
    prompt_names: ["query", "passage"],
    default_input_type: { embed: "query", other: "passage" },
    long_text: "chunk",
  });
  expect(openAiModelList.parse(await (await get("/v1/models")).json()).data).toMatchObject([
    { prompt_names: ["query", "passage"], default_input_type: "passage" },
  ]);
  const always = createEmbeddingServer({ service, routes: { alwaysQueryPrompt: true } });
  expect(teiInfoResponse.parse(await (await always.get("/info")).json()).default_input_type).toEqual({ embed: "query", other: "query" });
});
