import type { OnnxModelBuilder } from "./onnx-model.ts";

/**
 * The table of token vectors [rows, hiddenSize] in one of three forms: floats; eight bits with a scale per row; four bits
 * in blocks of `blockSize` columns, value = (code - 8) * scale of the block, two codes a byte with the low half first.
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

/** Eight bits per value, one scale per row. */
export function toInt8Table(values: Float32Array, hiddenSize: number): TokenTable {
  const rows = values.length / hiddenSize;
  const codes = new Int8Array(values.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const vector = values.subarray(row * hiddenSize, (row + 1) * hiddenSize);
    const scale = (vector.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0) || 1) / 127;
    scales[row] = scale;
    vector.forEach((value, column) => (codes[row * hiddenSize + column] = Math.round(value / scale)));
  }
  return { kind: "int8", codes, scales };
}
