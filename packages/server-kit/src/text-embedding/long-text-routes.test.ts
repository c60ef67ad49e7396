import { embedTextResponse } from "@repo/contracts/embed-text";
import { openAiEmbeddingsResponse } from "@repo/contracts/openai-embeddings";
import { expect, test } from "vitest";
import { createEmbeddingServer, expectedVectors, model, toFloat32 } from "../../test/embedding-server.ts";
import { cosineSimilarity } from "./adapt-vector.ts";

const longText = Array.from({ length: 40 }, (_, index) => `word${index}`).join(" ");
const { post, service } = createEmbeddingServer();

test("in pieces: the answer says how many, counts all that was read, and lies between its parts", async () => {
  const response = await post("/embed", { texts: ["short", longText], long_text: "chunk" });
  const answer = embedTextResponse.parse(await response.json());
  expect(answer).toMatchObject({
    truncated: [],
    chunked: [{ index: 1, tokens: 42, chunks: 5 }],
    token_counts: [3, 55],
    usage: { tokens: 58 },
  });
  expect(response.headers.get("x-chunked-inputs")).toBe("count=1; index=1; tokens=42; chunks=5");
  expect(response.headers.get("x-truncated-inputs")).toBeNull();
  const [, long = []] = answer.embeddings as number[][];
  expect(Math.hypot(...long)).toBeCloseTo(1, 5);
  const [begin = [], end = []] = await expectedVectors(service, [longText, longText.split(" ").slice(-9).join(" ")]);
  const closeness = (vector: number[]) => cosineSimilarity(Float32Array.from(vector), Float32Array.from(end));
  expect(closeness(long)).toBeGreaterThan(closeness(begin));
});

test("OpenAI's answer tells what was cut or embedded in pieces, and nothing otherwise", async () => {
  const ask = async (body: object) => openAiEmbeddingsResponse.parse(await (await post("/v1/embeddings", body)).json());
  expect((await ask({ input: ["a", longText] })).truncated).toEqual([{ index: 1, tokens: 42 }]);
  expect((await ask({ input: longText, long_text: "chunk" })).chunked).toEqual([{ index: 0, tokens: 42, chunks: 5 }]);
  expect(Object.keys(await ask({ input: "a" }))).toEqual(["object", "data", "model", "usage"]);
});

test.each([
  ["/embed", { text: longText, long_text: "refuse" }, 422],
  ["/embed", { text: longText, truncate: false, long_text: "truncate" }, 400],
  ["/v1/embeddings", { input: longText, truncate: false }, 400],
  ["/embed", { text: "word ".repeat(1000), long_text: "chunk" }, 422],
])("%s refuses what it must not cut, or cannot join (%#)", async (path, body, status) => {
  expect((await post(path, body)).status).toBe(status);
});

test("the Space's own policy holds on every route that does not say otherwise, and truncate true leaves it", async () => {
  const chunking = createEmbeddingServer({ routes: { longText: "chunk" } });
  const cases: [string, object][] = [
    ["/embed", { text: longText }],
    ["/embed", { inputs: longText, truncate: true }],
    ["/v1/embeddings", { input: longText }],
    ["/", { inputs: longText }],
    ["/api/embed", { input: longText }],
    ["/api/embeddings", { prompt: longText }],
  ];
  for (const [path, body] of cases) {
    const response = await chunking.post(path, body);
    expect([path, response.status, response.headers.get("x-chunked-inputs")]).toEqual([path, 200, "count=1; index=0; tokens=42; chunks=5"]);
  }
  expect((await chunking.post("/embed", { inputs: longText, truncate: false })).status).toBe(422);
  // Vectors of tokens are not averaged: there the text is cut.
  const [rows] = (await (await chunking.post("/embed_all", { inputs: longText })).json()) as number[][][];
  expect(rows).toHaveLength(model.maxTokens);
  const refusing = createEmbeddingServer({ routes: { longText: "refuse" } });
  expect((await refusing.post("/v1/embeddings", { input: longText })).status).toBe(400);
  expect((await refusing.post("/embed", { inputs: longText, truncate: true })).status).toBe(200);
});

test("without normalisation a text in pieces has the same direction", async () => {
  const ask = async (normalize: boolean) =>
    toFloat32([
      embedTextResponse.parse(await (await post("/embed", { text: longText, long_text: "chunk", normalize })).json()).embedding as number[],
    ]);
  const [unit = [], raw = []] = [...(await ask(true)), ...(await ask(false))];
  expect(cosineSimilarity(Float32Array.from(unit), Float32Array.from(raw))).toBeCloseTo(1, 5);
  expect(Math.hypot(...raw)).toBeGreaterThan(1.5);
});
