import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { loadPreparedTextModel } from "./load-prepared-text-model.ts";
import { createTextEmbedder } from "./text-embedder.ts";

const prepared = await loadPreparedTextModel(fileURLToPath(new URL("../../../models/pocket-minilm", import.meta.url)));
const embedder = await createTextEmbedder({ prepared, workers: 1 });
afterAll(embedder.close);

const filler = "The committee met on Tuesday and talked about the budget of the coming year. ".repeat(20);
const hidden = "A giant squid was filmed alive in the deep sea by marine biologists. ".repeat(6);
const dot = (a: Float32Array = new Float32Array(), b: Float32Array = new Float32Array()) =>
  a.reduce((sum, value, index) => sum + value * (b[index] as number), 0);

test("what stands behind the cut is found when a text is embedded in pieces", async () => {
  const texts = [filler + hidden, filler];
  const { vectors: cut, truncated } = await embedder.embed({ texts });
  const { vectors: whole, chunked, tokenCounts } = await embedder.embed({ texts, longText: "chunk" });
  const [query] = (await embedder.embed({ texts: ["videos of sea animals"], inputType: "query" })).vectors;
  expect(truncated.map(({ index }) => index)).toEqual([0, 1]);
  expect(chunked).toMatchObject([
    { index: 0, chunks: 2 },
    { index: 1, chunks: 2 },
  ]);
  expect(tokenCounts[0]).toBeGreaterThan(prepared.model.maxTokens);
  expect(dot(query, cut[0]) - dot(query, cut[1])).toBeLessThan(0.05);
  expect(dot(query, whole[0]) - dot(query, whole[1])).toBeGreaterThan(0.1);
});

test("pieces are inputs of their own: computed once, whatever text they come from", async () => {
  const texts = [filler + filler];
  const { vectors } = await embedder.embed({ texts, longText: "chunk" });
  const before = embedder.stats().cache.misses;
  expect((await embedder.embed({ texts: ["short", ...texts], longText: "chunk" })).vectors[1]).toEqual(vectors[0]);
  expect(embedder.stats().cache.misses - before).toBe(1);
});
