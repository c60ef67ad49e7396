import { emitLinearInput, type LinearInput } from "./linear.ts";
import type { OnnxModelBuilder } from "./onnx-model.ts";

/** Arithmetic of a decoder's products: floats, eight bits with a scale per token, or blocks of four bits. */
export type DecoderPrecision = "fp32" | "int8" | "q4";

/** A matrix as transformers keeps it: [outputs, inputs], row by row. */
export interface DecoderMatrix {
  outputs: number;
  inputs: number;
  data: Float32Array;
  /** [outputs] */
  bias?: Float32Array | undefined;
}

/** Weights that share a scale in q4. @source the block size of the hub's q4 exports */
export const blockSize = 32;

/** Brings a value into the form its products read; shared by all products of it. */
export function emitDecoderInput(builder: OnnxModelBuilder, value: string, precision: DecoderPrecision, name: string): LinearInput {
  return emitLinearInput(builder, value, precision === "int8" ? { kind: "row" } : { kind: "float" }, name);
}

/**
 * Emits `value * transpose(matrix) + bias`.
 *
 * int8: symmetric codes with a scale per output and one per token, so that a token's result does not depend on what is in
 * its batch. q4: MatMulNBits with symmetric blocks of 32 and accuracy_level 4 (activations of eight bits by block), the
 * form of the hub's exports.
 */
export function emitDecoderLinear(
  builder: OnnxModelBuilder,
  input: LinearInput,
  matrix: DecoderMatrix,
  { precision, name }: { precision: DecoderPrecision; name: string },
): string {
  const product = emitProduct(builder, input, matrix, { precision, name });
  if (matrix.bias === undefined) return product;
  return builder.node("Add", [product, builder.constant(`${name}.bias`, "float32", [matrix.outputs], matrix.bias)]);
}

function emitProduct(
  builder: OnnxModelBuilder,
  input: LinearInput,
  matrix: DecoderMatrix,
  { precision, name }: { precision: DecoderPrecision; name: string },
): string {
  const { outputs, inputs, data } = matrix;
  if (precision === "fp32") {
    const weight = builder.shared(`${name}.weight`, () =>
      builder.constant(`${name}.weight`, "float32", [inputs, outputs], transpose(matrix)),
    );
    return builder.node("MatMul", [input.value, weight]);
  }
  if (precision === "q4") {
    const { codes, scales } = toBlocks(matrix);
    const blocks = Math.ceil(inputs / blockSize);
    const weight = builder.constant(`${name}.codes`, "uint8", [outputs, blocks, blockSize / 2], codes);
    const factors = builder.constant(`${name}.scales`, "float32", [outputs, blocks], scales);
    return builder.node("MatMulNBits", [input.value, weight, factors], {
      domain: "com.microsoft",
      attributes: { K: inputs, N: outputs, bits: 4, block_size: blockSize, accuracy_level: 4 },
    });
  }
  const codes = new Int8Array(inputs * outputs);
  const scales = new Float32Array(outputs);
  const zero = new Float32Array(outputs);
  for (let output = 0; output < outputs; output += 1) {
    const row = data.subarray(output * inputs, (output + 1) * inputs);
    const scale = largestOf(row) / 127 || 1;
    let sum = 0;
    for (let column = 0; column < inputs; column += 1) {
      const code = Math.max(-127, Math.min(127, Math.round((row[column] as number) / scale)));
      codes[column * outputs + output] = code;
      sum += code;
    }
    scales[output] = scale;
    // The input's zero point of 128 is taken off here; see linear.ts.
    zero[output] = -128 * sum * scale;
  }
  const product = builder.node(
    "MatMulIntegerToFloat",
    [
      input.value,
      builder.constant(`${name}.codes`, "int8", [inputs, outputs], codes),
      builder.shared("one", () => builder.float("one", 1)),
      builder.constant(`${name}.scales`, "float32", [outputs], scales),
      "",
      "",
      builder.constant(`${name}.zero`, "float32", [outputs], zero),
    ],
    { domain: "com.microsoft" },
  );
  return builder.node("Mul", [product, input.scale as string]);
}

/** Symmetric four bits: value = (code - 8) * scale, two codes a byte, the low half first. @source com.microsoft.MatMulNBits */
function toBlocks({ outputs, inputs, data }: DecoderMatrix): { codes: Uint8Array; scales: Float32Array } {
  const blocks = Math.ceil(inputs / blockSize);
  const codes = new Uint8Array(outputs * blocks * (blockSize / 2)).fill(0x88);
  const scales = new Float32Array(outputs * blocks);
  for (let output = 0; output < outputs; output += 1) {
    for (let block = 0; block < blocks; block += 1) {
      const start = output * inputs + block * blockSize;
      const values = data.subarray(start, Math.min(start + blockSize, (output + 1) * inputs));
      // The value of largest size becomes exactly -8 times the scale, which uses all sixteen codes.
      let peak = 0;
      for (const value of values) if (Math.abs(value) > Math.abs(peak)) peak = value;
      const scale = peak / -8;
      const place = output * blocks + block;
      scales[place] = scale;
      for (const [index, value] of values.entries()) {
        const code = scale === 0 ? 8 : Math.max(0, Math.min(15, Math.round(value / scale) + 8));
        const at = place * (blockSize / 2) + (index >> 1);
        codes[at] = index % 2 === 0 ? ((codes[at] as number) & 0xf0) | code : ((codes[at] as number) & 0x0f) | (code << 4);
      }
    }
  }
  return { codes, scales };
}

function transpose({ outputs, inputs, data }: DecoderMatrix): Float32Array {
  const result = new Float32Array(data.length);
  for (let output = 0; output < outputs; output += 1) {
    for (let input = 0; input < inputs; input += 1) result[input * outputs + output] = data[output * inputs + input] as number;
  }
  return result;
}

function largestOf(values: Float32Array): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}
