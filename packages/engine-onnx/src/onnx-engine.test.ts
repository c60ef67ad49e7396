import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describeEngine } from "@repo/testing/engine-conformance";
import { afterAll, expect, test } from "vitest";
import { firstUnknownId, prepareTinyModel } from "../test/tiny-model.ts";
import { createOnnxTextEngine } from "./onnx-engine.ts";

const prepared = await prepareTinyModel(128);
afterAll(() => rm(prepared.directory, { recursive: true }));

const faultyEntry = new URL("../test/faulty-worker.ts", import.meta.url);
const item = (...ids: number[]) => ({ input: Int32Array.from(ids), tokens: ids.length });

describeEngine("ONNX Runtime with a tiny model", {
  create: (options) => createOnnxTextEngine(prepared, { workers: 2, ...options }),
  makeInput: (tokens, seed) =>
    Int32Array.from({ length: tokens }, (_, index) => 5 + ((seed * 7 + index * (seed + 3)) % (firstUnknownId - 5))),
  toVector: ({ embedding }) => embedding,
  maxItemTokens: 128,
  tolerance: 1e-6,
});

test("an input the runtime fails on fails alone, and the engine goes on", async () => {
  const engine = await createOnnxTextEngine(prepared, { workers: 1 });
  const keepBusy = engine.run(Array.from({ length: 50 }, () => item(7, 7, 7, 7)));
  const healthy = engine.run([item(8, 9, 10), item(11, 12, 13)]);
  await expect(engine.run([item(firstUnknownId, 9, 10)])).rejects.toMatchObject({ code: "inference_failed" });
  expect((await healthy).outputs).toHaveLength(2);
  await keepBusy;
  expect(engine.workerStats()[0]).toMatchObject({ state: "idle", restarts: 0 });
  await engine.close();
});

test("token embeddings come with the tokens of each text only, beside texts that want none", async () => {
  const engine = await createOnnxTextEngine(prepared, { workers: 1 });
  const [plain, detailed] = await Promise.all([engine.run([item(8, 9, 10)]), engine.runTokens([item(8, 9), item(8, 9, 10)])]);
  expect(plain.outputs[0]?.tokenEmbeddings).toBeUndefined();
  expect(detailed.outputs.map(({ tokenEmbeddings }) => tokenEmbeddings?.length)).toEqual([2 * 4, 3 * 4]);
  const [first, second] = detailed.outputs;
  expect(second?.tokenEmbeddings?.subarray(0, 8)).toEqual(first?.tokenEmbeddings);
  await engine.close();
});

test.each([
  ["hangs", 40],
  ["dies", 41],
])("a worker that %s is replaced; its work is replayed and only the input that caused it fails", async (_, poison) => {
  const engine = await createOnnxTextEngine(prepared, { workers: 1, workerEntry: faultyEntry, watchdogFloorMs: 100 });
  const first = engine.run([item(7, 7)]);
  const healthy = engine.run([item(8, 8, 8), item(9, 9, 9)]);
  await expect(engine.run([item(poison, 8, 8)])).rejects.toMatchObject({ code: "inference_failed" });
  expect((await healthy).outputs.map(({ embedding }) => embedding[0])).toEqual([8, 9]);
  await first;
  // Waits for the second replacement.
  expect((await engine.run([item(6, 6)])).outputs[0]?.embedding[0]).toBe(6);
  await engine.probe();
  expect(engine.workerStats()[0]?.restarts).toBe(2);
  await engine.close();
});

test("a model that cannot be loaded is an error at the start", async () => {
  const missing = { ...prepared, onnxPath: join(prepared.directory, "missing.onnx") };
  await expect(createOnnxTextEngine(missing, { workers: 2 })).rejects.toMatchObject({ code: "model_unavailable" });
});
