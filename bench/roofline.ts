import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OnnxModelBuilder } from "@repo/engine-onnx/graph/onnx-model";
import { openSession } from "@repo/engine-onnx/session";
import type { TensorData } from "@repo/engine-onnx/worker-protocol";
import { median } from "./statistics.ts";

/** Fastest that ONNX Runtime multiplies large matrices on this machine, in billions of operations per second. */
export interface Roofline {
  fp32: { oneThread: number; twoThreads: number };
  int8: { oneThread: number; twoThreads: number };
}

type Kind = "fp32" | "int8";

/** Weights of [size, size], more than a core's cache holds, as in the layers of an encoder taken together. */
const size = 2048;
const rowCounts = [128, 256, 512];

/** Measures one MatMul in fp32 and one MatMulInteger (uint8 activations, int8 weights), with one thread and with two. */
export async function measureRoofline(msPerShape: number): Promise<Roofline> {
  const folder = await mkdtemp(join(tmpdir(), "roofline-"));
  try {
    const measure = async (kind: Kind) => {
      const onnxPath = join(folder, `${kind}.onnx`);
      await writeFile(onnxPath, buildMatMul(kind));
      return {
        oneThread: await measureMatMul({ onnxPath, kind, threads: 1, msPerShape }),
        twoThreads: await measureMatMul({ onnxPath, kind, threads: 2, msPerShape }),
      };
    };
    return { fp32: await measure("fp32"), int8: await measure("int8") };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Operations per token of a BERT encoder's matrix products: multiply and add, attention between tokens not counted. */
export function operationsPerToken(config: { hidden_size: number; intermediate_size: number; num_hidden_layers: number }): number {
  const { hidden_size: hidden, intermediate_size: intermediate, num_hidden_layers: layers } = config;
  return 2 * layers * (4 * hidden * hidden + 2 * hidden * intermediate);
}

function buildMatMul(kind: Kind): Uint8Array {
  const builder = new OnnxModelBuilder();
  const input = builder.input("a", kind === "fp32" ? "float32" : "uint8", ["rows", size]);
  if (kind === "fp32") {
    const weights = Float32Array.from({ length: size * size }, (_, index) => ((index * 31) % 200) / 100 - 1);
    builder.node("MatMul", [input, builder.constant("b", "float32", [size, size], weights)], { outputs: ["y"] });
  } else {
    const weights = Int8Array.from({ length: size * size }, (_, index) => ((index * 31) % 255) - 127);
    builder.node("MatMulInteger", [input, builder.constant("b", "int8", [size, size], weights)], { outputs: ["y"] });
  }
  builder.output("y", kind === "fp32" ? "float32" : "int32", ["rows", size]);
  return builder.toBytes().model;
}

/** Best of the row counts, each by its median run. */
async function measureMatMul(options: { onnxPath: string; kind: Kind; threads: number; msPerShape: number }): Promise<number> {
  const session = await openSession({ onnxPath: options.onnxPath, threads: options.threads, isOptimized: false });
  let best = 0;
  for (const rows of rowCounts) {
    const values = Array.from({ length: rows * size }, (_, index) => (index * 7) % 100);
    const a: TensorData =
      options.kind === "fp32"
        ? { type: "float32", data: Float32Array.from(values), dims: [rows, size] }
        : { type: "uint8", data: Uint8Array.from(values), dims: [rows, size] };
    const durationsMs: number[] = [];
    const until = performance.now() + options.msPerShape;
    do {
      const startedAt = performance.now();
      await session.run({ a }, ["y"]);
      durationsMs.push(performance.now() - startedAt);
    } while (performance.now() < until || durationsMs.length < 8);
    best = Math.max(best, (2 * rows * size * size) / median(durationsMs.slice(3)) / 1e6);
  }
  await session.close();
  return best;
}
