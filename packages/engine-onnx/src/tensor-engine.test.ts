import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { OnnxModelBuilder } from "./graph/onnx-model.ts";
import { createTensorEngine } from "./tensor-engine.ts";
import type { TensorData } from "./worker-protocol.ts";

const directory = await mkdtemp(join(tmpdir(), "tensor-engine-"));
afterAll(() => rm(directory, { recursive: true }));

/** image [batch, 1, 2, 3] -> sums [batch, 2] of its two lines, frames [3, batch, 2] as a recurrent layer has them. */
async function writeModel(): Promise<string> {
  const builder = new OnnxModelBuilder();
  const image = builder.input("image", "float32", ["batch", 1, 2, 3]);
  const lines = builder.node("Squeeze", [image, builder.integers([1])]);
  builder.node("ReduceSum", [lines, builder.integers([2])], { attributes: { keepdims: 0 }, outputs: ["sums"] });
  builder.node("Transpose", [lines], { attributes: { perm: [2, 0, 1] }, outputs: ["frames"] });
  builder.output("sums", "float32", ["batch", 2]);
  builder.output("frames", "float32", [3, "batch", 2]);
  const path = join(directory, "model.onnx");
  await writeFile(path, builder.toBytes().model);
  return path;
}

const onnxPath = await writeModel();
const shape = { inputs: { image: [1, 2, 3] }, outputs: { sums: 0, frames: 1 } } as const;

function images(rows: number): TensorData {
  return { type: "float32", data: Float32Array.from({ length: rows * 6 }, (_, index) => index), dims: [rows, 1, 2, 3] };
}

test("rows are shared out over workers and runs, and come back in order with rows on the first axis", async () => {
  const engine = await createTensorEngine({ onnxPath, ...shape, workers: 2, maxBatchRows: 3 });
  const { outputs } = await engine.run({ image: images(20) });
  expect(outputs.sums?.dims).toEqual([20, 2]);
  expect(Array.from(outputs.sums?.data as Float32Array)).toEqual(Array.from({ length: 40 }, (_, line) => 9 * line + 3));
  expect(outputs.frames?.dims).toEqual([20, 3, 2]);
  const expected = Array.from({ length: 20 }, (_, row) => [0, 3, 1, 4, 2, 5].map((pixel) => row * 6 + pixel)).flat();
  expect(Array.from(outputs.frames?.data as Float32Array)).toEqual(expected);
  expect(engine.queueStats().batches).toBeGreaterThanOrEqual(7);
  await engine.probe();
  await engine.close();
});

test("inputs of 64-bit whole numbers keep their type on the way, and floats in their place are an error", async () => {
  const builder = new OnnxModelBuilder();
  builder.node("Cast", [builder.input("ids", "int64", ["batch", 4])], { attributes: { to: 1 }, outputs: ["floats"] });
  builder.output("floats", "float32", ["batch", 4]);
  const path = join(directory, "ids.onnx");
  await writeFile(path, builder.toBytes().model);
  const engine = await createTensorEngine({
    onnxPath: path,
    inputs: { ids: [4] },
    inputTypes: { ids: "int64" },
    outputs: { floats: 0 },
    workers: 1,
  });
  const ids = { type: "int64", data: BigInt64Array.from({ length: 20 }, (_, index) => BigInt(index)), dims: [5, 4] } as const;
  const { outputs } = await engine.run({ ids });
  expect(Array.from(outputs.floats?.data as Float32Array)).toEqual(Array.from({ length: 20 }, (_, index) => index));
  await expect(engine.run({ ids: { type: "float32", data: new Float32Array(20), dims: [5, 4] } })).rejects.toMatchObject({
    code: "internal",
  });
  await engine.close();
});

test("an input of another shape is an error before it reaches the model", async () => {
  const engine = await createTensorEngine({ onnxPath, ...shape, workers: 1 });
  await expect(engine.run({ image: { ...images(2), dims: [2, 1, 3, 2] } })).rejects.toMatchObject({ code: "internal" });
  await expect(engine.run({ image: { ...images(2), dims: [3, 1, 2, 3] } })).rejects.toMatchObject({ code: "internal" });
  await expect(engine.run({})).rejects.toMatchObject({ code: "internal" });
  await engine.close();
  await expect(engine.run({ image: images(1) })).rejects.toMatchObject({ code: "model_unavailable" });
});

test("a caller that leaves and a deadline that passes take their rows out of the queue", async () => {
  const engine = await createTensorEngine({ onnxPath, ...shape, workers: 1, maxBatchRows: 1 });
  const busy = engine.run({ image: images(200) });
  await expect(engine.run({ image: images(1) }, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "cancelled" });
  await expect(engine.run({ image: images(1) }, { deadlineAt: Date.now() - 1 })).rejects.toMatchObject({ code: "deadline_exceeded" });
  expect((await busy).outputs.sums?.dims).toEqual([200, 2]);
  await engine.close();
});

test("a file that is missing, is no model, or has other inputs or outputs is an error at the start", async () => {
  const noModel = join(directory, "no-model.onnx");
  await writeFile(noModel, "version https://git-lfs.github.com/spec/v1");
  const wrong = [
    { onnxPath: join(directory, "missing.onnx"), ...shape },
    { onnxPath: noModel, ...shape },
    { onnxPath, inputs: { pixels: [1, 2, 3] }, outputs: shape.outputs },
    { onnxPath, inputs: shape.inputs, outputs: { boxes: 0 } as const },
  ];
  for (const options of wrong)
    await expect(createTensorEngine({ ...options, workers: 1 })).rejects.toMatchObject({ code: "model_unavailable" });
});
