import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { encodeSafetensors, forwardTinyBert, makeTinyBert } from "../test/tiny-bert.ts";
import { tinyTokenizer } from "../test/tiny-tokenizer.ts";
import type { BertConfig } from "./graph/bert-config.ts";
import { type LinearWeights, readBertWeights } from "./graph/bert-weights.ts";
import { Safetensors } from "./graph/safetensors.ts";
import { toInt8Table, toUint4Table } from "./graph/token-table.ts";
import { packTokens } from "./pack-tokens.ts";
import { prepareOnnx, type PrepareOnnxOptions } from "./prepare-onnx.ts";
import { openSession, type Session } from "./session.ts";
import type { Precision } from "./text-model.ts";
import type { TensorData } from "./worker-protocol.ts";

const base: BertConfig = {
  layers: 2,
  heads: 3,
  hiddenSize: 24,
  intermediateSize: 40,
  vocabularySize: 60,
  maxPositions: 80,
  layerNormEpsilon: 1e-12,
  activation: "gelu",
};
const odd: BertConfig = { ...base, layers: 3, heads: 2, hiddenSize: 14, intermediateSize: 33, layerNormEpsilon: 1e-3, activation: "tanh" };
const precisions: Precision[] = ["fp32", "int8-row", "int8-static"];
let directory: string;
const sessions: Session[] = [];

beforeEach(async () => void (directory = await mkdtemp(join(tmpdir(), "outpost-onnx-"))));
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.close();
  await rm(directory, { recursive: true, force: true });
});

function weightsOf(config: BertConfig, prefix = "") {
  return readBertWeights(Safetensors.parse(encodeSafetensors(makeTinyBert(config, prefix))), config);
}

/** A head from the encoder's width to `outputs`, with weights of either sign. */
function makeHead({ hiddenSize }: BertConfig, outputs: number): LinearWeights {
  return {
    inputs: hiddenSize,
    outputs,
    weight: Float32Array.from({ length: hiddenSize * outputs }, (_, index) => Math.sin(index * 1.7) / 3),
    bias: Float32Array.from({ length: outputs }, (_, index) => Math.cos(index) / 10),
  };
}

async function prepare(options: Partial<PrepareOnnxOptions> & { config: BertConfig }): Promise<Session> {
  await prepareOnnx({
    weights: weightsOf(options.config),
    pooling: "mean",
    precision: "fp32",
    tokenizer: tinyTokenizer,
    maxTokens: 64,
    directory,
    ...options,
  });
  return open();
}

async function open(optimizedPath?: string): Promise<Session> {
  const session = await openSession({ onnxPath: join(directory, "model.onnx"), threads: 1, isOptimized: false, optimizedPath });
  sessions.push(session);
  return session;
}

function makeIds(length: number, seed: number): Int32Array {
  return Int32Array.from({ length }, (_, index) => (index * 17 + seed * 31 + index * index) % base.vocabularySize);
}

async function embed(session: Session, rows: Int32Array[], width: number): Promise<Float32Array[]> {
  const outputs = await session.run(packTokens(rows, width), ["embedding"]);
  const { data, dims } = outputs["embedding"] as TensorData;
  const size = dims[1] as number;
  return rows.map((_, row) => (data as Float32Array).slice(row * size, (row + 1) * size));
}

test.each([
  ["mean", base, ""],
  ["cls", base, "bert."],
  ["mean", odd, "model.encoder."],
  ["cls", odd, ""],
] as const)("the float graph computes what plain loops compute: %s pooling, %o, prefix '%s'", async (pooling, config, prefix) => {
  const tensors = makeTinyBert(config, prefix);
  const session = await prepare({ config, pooling, weights: weightsOf(config, prefix) });
  const ids = Array.from(makeIds(13, 1), (id) => id);
  const rows = forwardTinyBert(config, tensors, ids, prefix);
  const pooled =
    pooling === "cls"
      ? (rows[0] as number[])
      : (rows[0] as number[]).map((_, i) => rows.reduce((sum, row) => sum + (row[i] as number), 0) / rows.length);
  const length = Math.hypot(...pooled);
  const outputs = await session.run(packTokens([Int32Array.from(ids)], 16), ["embedding", "norm", "token_embeddings"]);
  expect(outputs["embedding"]?.dims).toEqual([1, config.hiddenSize]);
  expect(outputs["token_embeddings"]?.dims).toEqual([1, 16, config.hiddenSize]);
  for (const [i, value] of pooled.entries()) expect(outputs["embedding"]?.data[i]).toBeCloseTo(value / length, 4);
  for (const [i, value] of rows.flat().entries()) expect(outputs["token_embeddings"]?.data[i]).toBeCloseTo(value, 3);
  expect(outputs["norm"]?.data[0]).toBeCloseTo(length, 3);
});

test.each(["mean", "cls"] as const)("a head widens every token's state, and so the embedding: %s pooling", async (pooling) => {
  const plain = await prepare({ config: base, pooling });
  const head = makeHead(base, 2 * base.hiddenSize);
  const widen = (state: Float32Array): number[] =>
    Array.from(head.bias, (bias, column) =>
      state.reduce((sum, value, row) => sum + value * (head.weight[row * head.outputs + column] as number), bias),
    );
  const inputs = packTokens([makeIds(9, 4)], 12);
  const before = await plain.run(inputs, ["embedding", "norm"]);
  const norm = before["norm"]?.data[0] as number;
  const pooled = widen(Float32Array.from(before["embedding"]?.data as Float32Array, (value) => value * norm));
  const after = await (
    await prepare({ config: base, pooling, weights: { ...weightsOf(base), head } })
  ).run(inputs, ["embedding", "token_embeddings"]);
  expect(after["embedding"]?.dims).toEqual([1, 48]);
  expect(after["token_embeddings"]?.dims).toEqual([1, 12, 48]);
  for (const [index, value] of pooled.entries()) expect(after["embedding"]?.data[index]).toBeCloseTo(value / Math.hypot(...pooled), 4);
});

test.each([
  ...precisions.map((precision) => [precision, "mean", 0] as const),
  ...precisions.map((precision) => [precision, "cls", 48] as const),
])(
  "%s, %s pooling, head of %d: a text has the same bytes alone, in any batch and with any padding, also through the saved optimised file",
  async (precision, pooling, headSize) => {
    const head = headSize === 0 ? {} : { head: makeHead(base, headSize) };
    await prepare({ config: base, precision, pooling, weights: { ...weightsOf(base), ...head } });
    const optimizedPath = join(directory, "optimized.onnx");
    const fresh = await open(optimizedPath);
    const saved = await openSession({ onnxPath: optimizedPath, threads: 1, isOptimized: true });
    sessions.push(saved);
    const lengths = Array.from({ length: 40 }, (_, index) => index + 2);
    const texts = lengths.map((length) => makeIds(length, length));
    const alone: Float32Array[] = [];
    for (const text of texts) alone.push(...(await embed(fresh, [text], text.length)));
    for (const session of [fresh, saved]) {
      for (const padding of [0, 1, 2, 3, 5, 16, 37]) {
        for (const [index, text] of texts.entries()) expect(await embed(session, [text], text.length + padding)).toEqual([alone[index]]);
      }
      for (const size of [2, 3, 8, 40]) {
        for (let start = 0; start < texts.length; start += size) {
          const batch = texts.slice(start, start + size);
          expect(await embed(session, batch, Math.max(...batch.map((text) => text.length)))).toEqual(alone.slice(start, start + size));
        }
      }
    }
  },
);

test.each(["int8-row", "int8-static"] as const)("%s stays close to floats, with weights of seven bits too", async (precision) => {
  const text = makeIds(20, 3);
  const weights = { ...weightsOf(base), head: makeHead(base, 40) };
  const [expected] = await embed(await prepare({ config: base, weights }), [text], 20);
  for (const weightBits of [8, 7] as const) {
    const [actual] = await embed(await prepare({ config: base, weights, precision, weightBits }), [text], 20);
    const cosine = (actual as Float32Array).reduce((sum, value, index) => sum + value * (expected?.[index] as number), 0);
    expect(cosine).toBeGreaterThan(0.995);
  }
});

test("a token table of eight or of four bits gives the vectors of the rounded table", async () => {
  const config = { ...base, hiddenSize: 48 };
  const weights = weightsOf(config);
  // Rounded beforehand, so that four bits lose nothing: the form the pocket model is trained in.
  weights.words = weights.words.map((value, index) => (index % 16 === 0 ? 0.7 : Math.round(value * 7) / 10));
  const text = makeIds(9, 5);
  const [expected] = await embed(await prepare({ config, weights }), [text], 9);
  const [four] = await embed(await prepare({ config, weights, words: toUint4Table(weights.words, 16), isSelfContained: true }), [text], 9);
  const [eight] = await embed(await prepare({ config, weights, words: toInt8Table(weights.words, 48) }), [text], 9);
  for (const [index, value] of (expected as Float32Array).entries()) {
    expect(four?.[index]).toBeCloseTo(value, 5);
    expect(eight?.[index]).toBeCloseTo(value, 1);
  }
});

test("cancelling stops the preparation and leaves nothing half-made behind it", async () => {
  const signal = AbortSignal.abort();
  await expect(prepare({ config: base, precision: "int8-static", signal })).rejects.toMatchObject({ code: "cancelled" });
});

test("weights that are not finite are refused by name", () => {
  const tensors = makeTinyBert(base);
  (tensors.get("encoder.layer.1.output.dense.bias") as { data: Float32Array }).data[3] = NaN;
  expect(() => readBertWeights(Safetensors.parse(encodeSafetensors(tensors)), base)).toThrow("encoder.layer.1.output.dense.bias");
});
