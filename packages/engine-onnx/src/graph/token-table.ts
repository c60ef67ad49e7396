import type { OnnxModelBuilder } from "./onnx-model.ts";

/**
 * The table of token vectors [rows, hiddenSize] in one of three forms: floats; eight bits with a scale per row; four bits
 * in blocks of `blockSize` columns, value = (code - 8) * scale of the block, two codes a byte with the low half first
 * (the form GatherBlockQuantized of ONNX Runtime 1.30 reads as uint8 without zero points; as a uint4 tensor it would
 * take 0 for the middle, not 8).
 */
export type TokenTable =
  | { readonly kind: "float32"; readonly values: Float32Array }
  | { readonly kind: "int8"; readonly codes: Int8Array; readonly scales: Float32Array }
  | { readonly kind: "uint4"; readonly codes: Uint8Array; readonly scales: Float32Array; readonly blockSize: number };

/** Emits the rows of the table for `ids` [a, b]: [a, b, hiddenSize] in floats. */
export function emitTableRows(builder: OnnxModelBuilder, table: TokenTable, ids: string, hiddenSize: number): string {
  if (table.kind === "float32") {
    const values = builder.constant("words", "float32", [table.values.length / hiddenSize, hiddenSize], table.values);
    return builder.node("Gather", [values, ids]);
  }
  if (table.kind === "int8") {
    const rows = table.scales.length;
    const codes = builder.node("Gather", [builder.constant("words.codes", "int8", [rows, hiddenSize], table.codes), ids]);
    const scales = builder.node("Gather", [builder.constant("words.scales", "float32", [rows, 1], table.scales), ids]);
    return builder.node("Mul", [builder.node("Cast", [codes], { attributes: { to: 1 } }), scales]);
  }
  const { blockSize } = table;
  const rows = (table.codes.length * 2) / hiddenSize;
  const codes = builder.constant("words.codes", "uint8", [rows, hiddenSize / 2], table.codes);
  const scales = builder.constant("words.scales", "float32", [rows, hiddenSize / blockSize], table.scales);
  return builder.node("GatherBlockQuantized", [codes, ids, scales], {
    domain: "com.microsoft",
    attributes: { bits: 4, block_size: blockSize, gather_axis: 0, quantize_axis: 1 },
  });
}

/** Tables get rows without use up to a multiple of this, so that their scales end on a line of 64 bytes; see prepacked-weights.ts. */
const rowBlock = 16;

/** Eight bits per value, one scale per row. */
export function toInt8Table(values: Float32Array, hiddenSize: number): TokenTable {
  const rows = values.length / hiddenSize;
  const padded = Math.ceil(rows / rowBlock) * rowBlock;
  const codes = new Int8Array(padded * hiddenSize);
  const scales = new Float32Array(padded);
  for (let row = 0; row < rows; row++) {
    const start = row * hiddenSize;
    let peak = 0;
    for (let index = start; index < start + hiddenSize; index++) peak = Math.max(peak, Math.abs(values[index] as number));
    const scale = (peak || 1) / 127;
    scales[row] = scale;
    for (let index = start; index < start + hiddenSize; index++) codes[index] = Math.round((values[index] as number) / scale);
  }
  return { kind: "int8", codes, scales };
}

/** Four bits per value, one scale per block: the largest magnitude becomes 7. A table trained for this form stays as it is. */
export function toUint4Table(values: Float32Array, blockSize: number): TokenTable {
  const scales = new Float32Array(values.length / blockSize);
  const codes = new Uint8Array(values.length / 2);
  for (let block = 0; block < scales.length; block++) {
    const start = block * blockSize;
    const peak = values.subarray(start, start + blockSize).reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    const scale = Math.fround(peak / 7) || 1;
    scales[block] = scale;
    const codeAt = (index: number): number => Math.round((values[index] as number) / scale) + 8;
    for (let index = start; index < start + blockSize; index += 2) codes[index / 2] = codeAt(index) | (codeAt(index + 1) << 4);
  }
  return { kind: "uint4", codes, scales, blockSize };
}
