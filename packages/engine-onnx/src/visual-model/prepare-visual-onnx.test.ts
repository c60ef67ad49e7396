import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeSafetensors, type TinyTensor } from "../../test/tiny-bert.ts";
import { makeTinySiglip, tinySiglipConfig, tinySiglipTokenizer } from "../../test/tiny-siglip.ts";
import { Safetensors } from "../graph/safetensors.ts";
import { readLogitFacts } from "../graph/siglip-weights.ts";
import { loadTokenizer } from "../load-tokenizer.ts";
import { openCachedModel } from "../optimized-model.ts";
import { openSession, type Session } from "../session.ts";
import type { Precision } from "../text-model.ts";
import type { Tokenizer } from "../tokenizer.ts";
import type { TensorData } from "../worker-protocol.ts";
import { prepareVisualOnnx } from "./prepare-visual-onnx.ts";

const precisions = ["fp32", "int8-row", "int8-static"] as const;
const size = tinySiglipConfig.vision.imageSize;
const length = tinySiglipConfig.text.positions;
const text = { length, padId: 0, isLowercase: true };
const image = { size, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], resample: "bilinear" } as const;

let folder: string;
let tokenizer: Tokenizer;
const folders = new Map<Precision, string>();
const cosines = new Map<Precision, { vision: number; text: number }>();
/** Of transformers, for the images and texts below; see models/reference/make_siglip_reference.py. */
let reference: { images: Float32Array[]; texts: Float32Array[]; logits: number[][] };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "outpost-siglip-"));
  await writeFile(join(folder, "tokenizer.json"), JSON.stringify(tinySiglipTokenizer));
  tokenizer = await loadTokenizer(join(folder, "tokenizer.json"));
  for (const precision of precisions) {
    const directory = await mkdtemp(join(folder, "prepared-"));
    folders.set(precision, directory);
    const { vision, text: texts } = await prepareTiny(precision, directory);
    cosines.set(precision, { vision: vision.meanCosine, text: texts.meanCosine });
  }
  const json = await readFile(new URL("../../test/siglip/reference.json", import.meta.url), "utf8");
  const cases = JSON.parse(json) as { images: string[]; texts: string[]; logits: number[][] };
  const decode = (base64: string) => new Float32Array(Uint8Array.from(Buffer.from(base64, "base64")).buffer);
  reference = { images: cases.images.map(decode), texts: cases.texts.map(decode), logits: cases.logits };
}, 120_000);

afterAll(() => rm(folder, { recursive: true }));

function prepareTiny(precision: Precision, directory: string, tensors = makeTinySiglip(), signal?: AbortSignal) {
  const weights = Safetensors.parse(encodeSafetensors(tensors));
  return prepareVisualOnnx({
    config: tinySiglipConfig,
    tensors: weights,
    precision,
    image,
    text,
    tokenizer,
    directory,
    signal,
  });
}

const images = [0.001, 0.013, 0.31, 1.7].map((step) =>
  Float32Array.from({ length: 3 * size * size }, (_, index) => Math.sin(index * step)),
);
const texts = Array.from({ length: 5 }, (_, row) => Array.from({ length }, (_value, column) => (row * 37 + column * column * 11) % 300));

function toPixels(rows: readonly Float32Array[]): TensorData {
  const data = new Float32Array(rows.flatMap((row) => Array.from(row)));
  return { type: "float32", data, dims: [rows.length, 3, size, size] };
}

function toIds(rows: readonly (readonly number[])[]): TensorData {
  return { type: "int64", data: BigInt64Array.from(rows.flat(), BigInt), dims: [rows.length, length] };
}

async function embed(session: Session, input: { pixel_values: TensorData } | { input_ids: TensorData }): Promise<Float32Array[]> {
  const output = "pixel_values" in input ? "image_embeds" : "text_embeds";
  const { data, dims } = (await session.run(input, [output]))[output] as TensorData;
  const [count = 0, width = 0] = dims;
  return Array.from({ length: count }, (_, row) => (data as Float32Array).slice(row * width, (row + 1) * width));
}

async function withTower<T>(
  precision: Precision,
  file: "vision.onnx" | "text.onnx",
  use: (session: Session) => Promise<T>,
  threads = 1,
): Promise<T> {
  const session = await openSession({ onnxPath: join(folders.get(precision) as string, file), threads, isOptimized: false });
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, index) => sum + value * (b[index] as number), 0);

test("floats give transformers' vectors and logits", async () => {
  const imageVectors = await withTower("fp32", "vision.onnx", (session) => embed(session, { pixel_values: toPixels(images) }));
  const textVectors = await withTower("fp32", "text.onnx", (session) => embed(session, { input_ids: toIds(texts) }));
  for (const [index, vector] of imageVectors.entries())
    expect(dot(vector, reference.images[index] as Float32Array)).toBeGreaterThan(0.999999);
  for (const [index, vector] of textVectors.entries())
    expect(dot(vector, reference.texts[index] as Float32Array)).toBeGreaterThan(0.999999);
  const { scale, bias } = readLogitFacts(Safetensors.parse(encodeSafetensors(makeTinySiglip())));
  const logits = imageVectors.map((vector) => textVectors.map((other) => scale * dot(vector, other) + bias));
  expect(logits.flat().every((logit, index) => Math.abs(logit - (reference.logits.flat()[index] as number)) < 1e-3)).toBe(true);
});

test.each(["int8-row", "int8-static"] as const)("%s stays close to floats", async (precision) => {
  const vectors = await withTower(precision, "vision.onnx", (session) => embed(session, { pixel_values: toPixels(images) }));
  const others = await withTower(precision, "text.onnx", (session) => embed(session, { input_ids: toIds(texts) }));
  for (const [index, vector] of vectors.entries()) expect(dot(vector, reference.images[index] as Float32Array)).toBeGreaterThan(0.99);
  for (const [index, vector] of others.entries()) expect(dot(vector, reference.texts[index] as Float32Array)).toBeGreaterThan(0.99);
  expect(cosines.get(precision)?.vision).toBeGreaterThan(0.99);
  expect(cosines.get(precision)?.text).toBeGreaterThan(0.99);
});

test.each(precisions)("%s: an image or text has the same bytes alone, in any batch and with any number of threads", async (precision) => {
  for (const file of ["vision.onnx", "text.onnx"] as const) {
    const many = file === "vision.onnx" ? [...images, ...images.toReversed()] : [...texts, ...texts.toReversed()];
    const run = (session: Session, rows: typeof many) =>
      embed(
        session,
        file === "vision.onnx" ? { pixel_values: toPixels(rows as Float32Array[]) } : { input_ids: toIds(rows as number[][]) },
      );
    const alone = await withTower(precision, file, async (session) => {
      const vectors: Float32Array[] = [];
      for (const row of many) vectors.push(...(await run(session, [row] as typeof many)));
      return vectors;
    });
    for (const threads of [1, 2]) {
      for (const batch of [2, 3, 8]) {
        await withTower(
          precision,
          file,
          async (session) => {
            for (let start = 0; start < many.length; start += batch) {
              const vectors = await run(session, many.slice(start, start + batch) as typeof many);
              expect(vectors).toEqual(alone.slice(start, start + batch));
            }
          },
          threads,
        );
      }
    }
  }
});

test.each(precisions)("%s: the saved optimised files, which are what a server runs, give the same bytes", async (precision) => {
  const cacheDirectory = join(folder, `optimized-${precision}`);
  const towers = [
    { file: "vision.onnx", output: "image_embeds", feeds: { pixel_values: toPixels(images) } },
    { file: "text.onnx", output: "text_embeds", feeds: { input_ids: toIds(texts) } },
  ] as const;
  for (const { file, output, feeds } of towers) {
    const direct = await withTower(precision, file, (session) => embed(session, feeds));
    const onnxPath = join(folders.get(precision) as string, file);
    const { session, isCached } = await openCachedModel(
      { onnxPath, threads: 1, probe: { feeds, fetches: [output] }, cacheDirectory },
      true,
    );
    expect(isCached).toBe(true);
    expect(await embed(session, feeds)).toEqual(direct);
    await session.close();
  }
});

test("weights that lack a tensor, or hold one that is not finite, are refused by name and leave nothing behind", async () => {
  const directory = await mkdtemp(join(folder, "refused-"));
  const without = makeTinySiglip();
  without.delete("vision_model.head.probe");
  await expect(prepareTiny("fp32", directory, without)).rejects.toThrow('no tensor "vision_model.head.probe"');
  const broken = makeTinySiglip();
  (broken.get("text_model.encoder.layers.2.mlp.fc1.weight") as TinyTensor).data[5] = NaN;
  await expect(prepareTiny("int8-row", directory, broken)).rejects.toThrow("text_model.encoder.layers.2.mlp.fc1.weight");
  await expect(prepareTiny("int8-row", directory, makeTinySiglip(), AbortSignal.abort())).rejects.toMatchObject({ code: "cancelled" });
});
