/** What is put before a text: the instruction before queries, once, and nothing before passages. */
import { fingerprint } from "@repo/testing/text-embedding/nearly";
import { createSpaceFixture, type SpaceFixture } from "@repo/testing/space-fixture";
import { describe, expect, test } from "vitest";
import { fullModel } from "../src/model.ts";
import { bgeSpace } from "./bge-space.ts";

const instruction = "Represent this sentence for searching relevant passages: ";
const text = "Where did she move to?";

/** Status of an answer, and its first vector in short; the shapes are those of every family of routes. */
async function vectorOf(space: SpaceFixture, path: string, body: unknown): Promise<string> {
  const response = await space.post(path, body);
  const answer = (await response.json()) as {
    embedding?: number[];
    embeddings?: number[][];
    data?: { embedding: number[] }[];
    error?: unknown;
  } & number[][];
  if (response.status !== 200) throw new Error(JSON.stringify(answer.error));
  const first: unknown = answer.embedding ?? answer.embeddings?.[0] ?? answer.data?.[0]?.embedding ?? answer[0];
  // The older route of Hugging Face answers one string with a flat vector.
  return fingerprint(typeof first === "number" ? (answer as unknown as number[]) : (first as number[]));
}

const asQuery = { input_type: "query" };
const ways: [name: string, path: string, body: (text: string) => Record<string, unknown>][] = [
  ["/embed with text", "/embed", (value) => ({ text: value })],
  ["/embed with a list", "/embed", (value) => ({ texts: [value] })],
  ["/embed with inputs, TEI's", "/embed", (value) => ({ inputs: [value] })],
  ["/v1/embeddings", "/v1/embeddings", (value) => ({ input: [value] })],
  ["Hugging Face's root", "/", (value) => ({ inputs: [value] })],
  ["Ollama's /api/embed", "/api/embed", (value) => ({ input: [value] })],
];
const queryByDefault = ["/embed with text", "/embed with a list"];

describe("by default", () => {
  const space = createSpaceFixture(bgeSpace);

  test("the instruction is the one of the model's card, and the only prompt", async () => {
    expect(fullModel.prompts).toEqual({ query: instruction });
    expect((await space.service.info()).promptNames).toEqual(["query"]);
  });

  test("POST /embed {text} is answered as the older Space did, with the vector of a query", async () => {
    const response = await space.post("/embed", { text });
    const { embedding, embeddings } = (await response.json()) as { embedding: number[]; embeddings: number[][] };
    expect(embedding).toHaveLength(768);
    expect(embeddings).toEqual([embedding]);
    const prefixed = await vectorOf(space, "/v1/embeddings", { input: instruction + text });
    expect(fingerprint(embedding)).toBe(prefixed);
  });

  test.each(ways)("%s is a query or a passage as documented", async (name, path, body) => {
    const [query, passage] = [instruction + text, text].map((value) => vectorOf(space, "/v1/embeddings", { input: value }));
    expect(await query).not.toBe(await passage);
    expect(await vectorOf(space, path, body(text))).toBe(queryByDefault.includes(name) ? await query : await passage);
  });

  test.each([
    ["as the model's card writes it", instruction + text],
    ["without its last space", instruction.trimEnd() + text],
    ["with more white space", `  ${instruction}  ${text}`],
  ])("a query that carries the instruction %s gets it no second time", async (_name, prefixed) => {
    const once = await vectorOf(space, "/embed", { text });
    expect(await vectorOf(space, "/embed", { text: prefixed })).toBe(once);
    expect(await vectorOf(space, "/v1/embeddings", { input: prefixed, ...asQuery })).toBe(once);
  });

  test("LlamaIndex's own prefix on text-embeddings-inference's route is the vector of a query", async () => {
    // What its TextEmbeddingsInference sends with the query_instruction of our README.
    const sent = await vectorOf(space, "/embed", { inputs: [`${instruction.trimEnd()} ${text}`], truncate: true });
    expect(sent).toBe(await vectorOf(space, "/embed", { text }));
  });

  test("tokens of the instruction are counted, once", async () => {
    const tokensOf = async (body: unknown): Promise<number> =>
      ((await (await space.post("/embed", body)).json()) as { usage: { tokens: number } }).usage.tokens;
    const passage = await tokensOf({ text, input_type: "passage" });
    const instructionTokens = space.service.tokenize(instruction, { addSpecialTokens: false }).length;
    expect(await tokensOf({ text })).toBe(passage + instructionTokens);
    expect(await tokensOf({ text: instruction + text })).toBe(passage + instructionTokens);
  });

  test.each([
    ["input_type", { input_type: "query" }, { input_type: "passage" }],
    ["Cohere's words for it", { input_type: "search_query" }, { input_type: "search_document" }],
    ["is_query", { is_query: true }, { is_query: false }],
    ["Jina's task", { task: "retrieval.query" }, { task: "retrieval.passage" }],
  ])("%s is followed on every embedding route", async (_name, query, passage) => {
    const plain = await vectorOf(space, "/v1/embeddings", { input: text });
    const prefixed = await vectorOf(space, "/v1/embeddings", { input: instruction + text });
    for (const [name, path, body] of ways) {
      expect([name, await vectorOf(space, path, { ...body(text), ...query })]).toEqual([name, prefixed]);
      expect([name, await vectorOf(space, path, { ...body(text), ...passage })]).toEqual([name, plain]);
    }
  });

  test("prompt_name is followed wherever its family has it", async () => {
    const prefixed = await vectorOf(space, "/v1/embeddings", { input: instruction + text });
    const named = { prompt_name: "query" };
    expect(await vectorOf(space, "/embed", { text, ...named })).toBe(prefixed);
    expect(await vectorOf(space, "/embed", { inputs: text, ...named })).toBe(prefixed);
    expect(await vectorOf(space, "/v1/embeddings", { input: text, ...named })).toBe(prefixed);
    expect(await vectorOf(space, "/", { inputs: [text], ...named })).toBe(prefixed);
  });

  test.each([
    [{ input_type: "passage", is_query: true }, "is_query"],
    [{ input_type: "passage", prompt_name: "query" }, "prompt_name"],
    [{ input_type: "question" }, "input_type"],
    [{ prompt_name: "quer" }, "quer"],
  ])("%j says two things, or nothing known, and is refused", async (fields, word) => {
    for (const [path, field] of [
      ["/embed", "text"],
      ["/v1/embeddings", "input"],
    ] as const) {
      const response = await space.post(path, { [field]: text, ...fields });
      expect(response.status).toBe(400);
      expect(((await response.json()) as { error: { message: string } }).error.message).toContain(word);
    }
  });
});

describe("with ALWAYS_QUERY_PROMPT", () => {
  const space = createSpaceFixture(bgeSpace, { ALWAYS_QUERY_PROMPT: "true" });
  const plain = createSpaceFixture(bgeSpace);

  test.each(ways)("%s has the instruction before it, once", async (_name, path, body) => {
    const prefixed = await vectorOf(plain, "/v1/embeddings", { input: instruction + text });
    expect(await vectorOf(space, path, body(text))).toBe(prefixed);
    expect(await vectorOf(space, path, body(instruction + text))).toBe(prefixed);
  });

  test("what a request says of its texts changes nothing", async () => {
    const prefixed = await vectorOf(plain, "/v1/embeddings", { input: instruction + text });
    expect(await vectorOf(space, "/embed", { text, input_type: "passage" })).toBe(prefixed);
    expect(await vectorOf(space, "/v1/embeddings", { input: text, is_query: false })).toBe(prefixed);
  });

  test("/info says so", async () => {
    const info = async (at: SpaceFixture): Promise<unknown> => (await fetch(`${at.url}/info`)).json();
    expect(await info(space)).toMatchObject({ default_input_type: { embed: "query", other: "query" } });
    expect(await info(plain)).toMatchObject({ default_input_type: { embed: "query", other: "passage" } });
  });
});
