import { createHash } from "node:crypto";
import { chmod, mkdir, readdir, readFile, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { prepareTinyModel } from "../test/tiny-model.ts";
import { OnnxModelBuilder } from "./graph/onnx-model.ts";
import { openCachedModel } from "./optimized-model.ts";
import { packTokens } from "./pack-tokens.ts";
import type { OpenModel } from "./worker-protocol.ts";

const prepared = await prepareTinyModel();
const cacheDirectory = join(prepared.directory, "cache");
const probe = { feeds: packTokens([Int32Array.of(1, 2)], 2), fetches: ["embedding", "norm"] };
const model: OpenModel = { onnxPath: prepared.onnxPath, threads: 1, probe, cacheDirectory };
afterAll(() => rm(prepared.directory, { recursive: true }));
beforeEach(() => rm(cacheDirectory, { recursive: true, force: true }));

/** Hash of what the opened model gives for some texts. */
async function answerOf(opening: ReturnType<typeof openCachedModel>): Promise<{ isCached: boolean; hash: string }> {
  const { session, isCached } = await opening;
  const rows = [Int32Array.of(2, 9, 10, 11, 3), Int32Array.of(2, 20, 3)];
  const outputs = await session.run(packTokens(rows, 5), ["embedding", "norm", "token_embeddings"]);
  await session.close();
  const hash = createHash("sha256");
  for (const { data } of Object.values(outputs)) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return { isCached, hash: hash.digest("hex") };
}

const direct = await answerOf(openCachedModel({ ...model, cacheDirectory: undefined }, true));

async function cachedFile(name: string): Promise<string> {
  const [folder = ""] = await readdir(cacheDirectory);
  return join(cacheDirectory, folder, name);
}

test("the first start writes the optimised model, later ones use it, and the numbers are the same bits", async () => {
  expect(direct.isCached).toBe(false);
  expect(await answerOf(openCachedModel(model, true))).toEqual({ isCached: true, hash: direct.hash });
  const written = await readFile(await cachedFile("manifest.json"), "utf8");
  expect(await answerOf(openCachedModel(model, false))).toEqual({ isCached: true, hash: direct.hash });
  expect(await readFile(await cachedFile("manifest.json"), "utf8")).toBe(written);
  expect(await readdir(cacheDirectory)).toHaveLength(1);
});

test("a worker that is not the first one writes nothing", async () => {
  expect(await answerOf(openCachedModel(model, false))).toEqual(direct);
  await expect(readdir(cacheDirectory)).rejects.toThrow("ENOENT");
});

test.each([
  ["cut", async () => truncate(await cachedFile("model.onnx.data"), 100)],
  [
    "garbled",
    async () =>
      writeFile(await cachedFile("model.onnx.data"), Buffer.alloc((await readFile(await cachedFile("model.onnx.data"))).length, 7)),
  ],
  ["empty", async () => truncate(await cachedFile("model.onnx"), 0)],
  ["without a manifest", async () => rm(await cachedFile("manifest.json"))],
])("a cached model that is %s is written anew", async (_, damage) => {
  await answerOf(openCachedModel(model, true));
  await damage();
  expect(await answerOf(openCachedModel(model, true))).toEqual({ isCached: true, hash: direct.hash });
  expect(await answerOf(openCachedModel(model, true))).toEqual({ isCached: true, hash: direct.hash });
});

test("a changed model gets a folder of its own", async () => {
  await answerOf(openCachedModel(model, true));
  const other = await prepareTinyModel();
  const bytes = await readFile(other.onnxPath);
  const at = bytes.indexOf("outpost");
  bytes.write("OUTPOST", at);
  await writeFile(other.onnxPath, bytes);
  await answerOf(openCachedModel({ ...model, onnxPath: other.onnxPath }, true));
  expect(await readdir(cacheDirectory)).toHaveLength(2);
  await rm(other.directory, { recursive: true });
});

test("two processes that write at the same time leave one good folder", async () => {
  const answers = await Promise.all([answerOf(openCachedModel(model, true)), answerOf(openCachedModel(model, true))]);
  for (const answer of answers) expect(answer).toEqual({ isCached: true, hash: direct.hash });
  expect(await readdir(cacheDirectory)).toHaveLength(1);
});

test("what a killed writer left is cleaned up after an hour, a younger draft is left alone", async () => {
  const [old, young] = ["a.1.tmp", "b.2.tmp"].map((name) => join(cacheDirectory, name)) as [string, string];
  await mkdir(old, { recursive: true });
  await mkdir(young);
  await utimes(old, 0, 0);
  await answerOf(openCachedModel(model, true));
  const left = await readdir(cacheDirectory);
  expect(left).toContain("b.2.tmp");
  expect(left).not.toContain("a.1.tmp");
});

test("without a place to write, the model is loaded directly", async () => {
  const file = join(prepared.directory, "a-file");
  await writeFile(file, "");
  await chmod(file, 0o400);
  expect(await answerOf(openCachedModel({ ...model, cacheDirectory: join(file, "cache") }, true))).toEqual(direct);
});

test("a model whose packed weights would begin between two lines of memory is loaded directly: mapped, it ends the process", async () => {
  const builder = new OnnxModelBuilder();
  const input = builder.input("input", "float32", ["batch", 257]);
  // 1,028 bytes: what comes behind them in the optimised model's data file is not aligned.
  const shifted = builder.node("Add", [input, builder.constant("odd", "float32", [257], new Float32Array(257).fill(0.5))]);
  const weight = builder.constant(
    "weight",
    "float32",
    [257, 64],
    Float32Array.from({ length: 257 * 64 }, (_, index) => Math.sin(index)),
  );
  builder.node("MatMul", [shifted, weight], { outputs: ["output"] });
  builder.output("output", "float32", ["batch", 64]);
  const onnxPath = join(prepared.directory, "odd.onnx");
  await writeFile(onnxPath, builder.toBytes().model);
  const feeds = { input: { type: "float32", data: new Float32Array(2 * 257), dims: [2, 257] } } as const;
  const { session, isCached } = await openCachedModel({ ...model, onnxPath, probe: { feeds, fetches: ["output"] } }, true);
  expect(isCached).toBe(false);
  expect((await session.run(feeds, ["output"]))["output"]?.dims).toEqual([2, 64]);
  await session.close();
  expect((await readdir(cacheDirectory)).filter((name) => !name.endsWith(".tmp"))).toEqual([]);
});
