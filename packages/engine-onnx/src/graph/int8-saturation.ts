import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSession } from "../session.ts";
import { OnnxModelBuilder } from "./onnx-model.ts";

const width = 64;

/**
 * Whether this CPU's product of unsigned bytes and signed codes of eight bits can overflow.
 *
 * CPUs without VNNI (AVX2 only, and the first AVX-512 ones) add pairs of products in 16 bits, which saturates above
 * 32,767: the same model gives other, worse vectors there. A model built with `weightBits: 7` is safe on every CPU, at
 * half the resolution of the weights. Found out by asking: the product that overflows first is computed and compared.
 * A server that was built elsewhere calls this at start and warns. Source of the fact: ONNX Runtime, docs on
 * quantization ("When to use reduce-range"), and microsoft/onnxruntime#6004. Blocks for milliseconds.
 */
export async function canInt8Saturate(): Promise<boolean> {
  const builder = new OnnxModelBuilder();
  const input = builder.input("input", "uint8", [1, width]);
  const weight = builder.constant("weight", "int8", [width, width], new Int8Array(width * width).fill(127));
  builder.node("MatMulInteger", [input, weight], { outputs: ["output"] });
  builder.output("output", "int32", [1, width]);
  const directory = await mkdtemp(join(tmpdir(), "outpost-int8-"));
  try {
    const onnxPath = join(directory, "probe.onnx");
    await writeFile(onnxPath, builder.toBytes().model);
    const session = await openSession({ onnxPath, threads: 1, isOptimized: false });
    const { output } = await session.run({ input: { type: "uint8", data: new Uint8Array(width).fill(255), dims: [1, width] } }, ["output"]);
    await session.close();
    return output?.data[0] !== width * 255 * 127;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
