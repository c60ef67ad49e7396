import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { randomNumbers } from "../../test/tiny-language-model.ts";
import { openSession } from "../session.ts";
import type { TensorData } from "../worker-protocol.ts";
import { type DecoderPrecision, emitDecoderInput, emitDecoderLinear } from "./decoder-linear.ts";
import { OnnxModelBuilder } from "./onnx-model.ts";

/** Odd numbers of outputs and blocks; the last block of four bits is not full. */
const [inputs, outputs, tokens] = [144, 37, 5];

test.each([
  ["fp32", 1e-6],
  ["int8", 0.02],
  ["q4", 0.15],
] as [DecoderPrecision, number][])(
  "a product of %s differs from the exact one by less than %d of its spread, in company as alone",
  async (precision, most) => {
    const random = randomNumbers(3);
    const data = Float32Array.from({ length: inputs * outputs }, () => random() - 0.5);
    const bias = Float32Array.from({ length: outputs }, () => random());
    const values = Float32Array.from({ length: tokens * inputs }, (_, index) => (random() - 0.5) * (1 + Math.floor(index / inputs)));
    const builder = new OnnxModelBuilder();
    const value = builder.input("value", "float32", ["batch", "tokens", inputs]);
    const product = emitDecoderLinear(
      builder,
      emitDecoderInput(builder, value, precision, "test"),
      { inputs, outputs, data, bias },
      { precision, name: "test" },
    );
    builder.node("Identity", [product], { outputs: ["product"] });
    builder.output("product", "float32", ["batch", "tokens", outputs]);

    const directory = await mkdtemp(join(tmpdir(), "decoder-linear-"));
    await writeFile(join(directory, "model.onnx"), builder.toBytes().model);
    const session = await openSession({ onnxPath: join(directory, "model.onnx"), threads: 1, isOptimized: false });
    const run = async (feed: Float32Array, count: number) =>
      ((await session.run({ value: { type: "float32", data: feed, dims: [1, count, inputs] } }, ["product"]))["product"] as TensorData)
        .data as Float32Array;
    const actual = await run(values, tokens);
    for (let token = 0; token < tokens; token += 1) {
      const row = values.subarray(token * inputs, (token + 1) * inputs);
      const exact = Array.from({ length: outputs }, (_, output) =>
        row.reduce((sum, each, input) => sum + each * (data[output * inputs + input] as number), bias[output] as number),
      );
      const spread = Math.sqrt(exact.reduce((sum, each) => sum + each * each, 0) / outputs);
      const together = actual.subarray(token * outputs, (token + 1) * outputs);
      const error = Math.sqrt(exact.reduce((sum, each, output) => sum + (each - (together[output] as number)) ** 2, 0) / outputs);
      expect(error / spread).toBeLessThan(most);
      const alone = await run(row.slice(), 1);
      for (const [output, each] of together.entries()) expect(alone[output]).toBeCloseTo(each, 4);
    }
    await session.close();
    await rm(directory, { recursive: true, force: true });
  },
);
