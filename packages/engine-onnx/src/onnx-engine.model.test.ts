import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeEngine } from "@repo/testing/engine-conformance";
import { expect, test } from "vitest";
import { createOnnxTextEngine } from "./onnx-engine.ts";
import { createTextEmbedder } from "./text-embedder.ts";
import type { PreparedTextModel, TextModel } from "./text-model.ts";

const directory = fileURLToPath(new URL("../../../models/pocket-minilm/", import.meta.url));
const prepared: PreparedTextModel = {
  model: JSON.parse(await readFile(join(directory, "model.json"), "utf8")) as TextModel,
  directory,
  onnxPath: join(directory, "model.onnx"),
  tokenizerPath: join(directory, "tokenizer.json"),
  precision: "int8-row",
  files: [],
};

const toIds = (tokens: number, seed: number) =>
  Int32Array.from({ length: tokens }, (_, index) => 1000 + ((seed * 7919 + index * 104_729) % 20_000));

describeEngine("ONNX Runtime with the pocket model", {
  create: (options) => createOnnxTextEngine(prepared, { workers: 2, ...options }),
  makeInput: toIds,
  toVector: ({ embedding }) => embedding,
  maxItemTokens: 256,
  // Same bits alone, in a batch and padded: what the cache of exact inputs rests on.
  tolerance: 0,
});

test("the optimised model of the cache gives the same bits as the original", async () => {
  const cache = await mkdtemp(join(tmpdir(), "optimised-"));
  const items = Array.from({ length: 60 }, (_, seed) => ({ input: toIds(1 + seed * 3, seed), tokens: 1 + seed * 3 }));
  const results = [];
  for (const prepackDirectory of [undefined, cache, cache]) {
    const engine = await createOnnxTextEngine(prepared, { workers: 1, prepackDirectory });
    expect(engine.opened[0]?.isCached).toBe(prepackDirectory !== undefined);
    const { outputs } = await engine.run(items);
    results.push(outputs.map(({ embedding, norm }) => [...embedding, norm]));
    await engine.close();
  }
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
  await rm(cache, { recursive: true });
});

test("texts of one meaning are closer than texts of two", async () => {
  const embedder = await createTextEmbedder({ prepared, workers: 1 });
  const { vectors } = await embedder.embed({
    texts: ["A man is playing a guitar.", "Someone plays the guitar.", "The stock market fell sharply today."],
  });
  const [first, second, third] = vectors as [Float32Array, Float32Array, Float32Array];
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, index) => sum + value * (b[index] as number), 0);
  expect(dot(first, second)).toBeGreaterThan(dot(first, third) + 0.3);
  await embedder.close();
});
