import type { LinearWeights } from "./bert-weights.ts";
import type { OnnxModelBuilder } from "./onnx-model.ts";

/**
 * How the input of a linear layer is brought to eight bits: `float` not at all, `static` with one scale and zero point
 * for ever (value = (byte - zeroPoint) * scale), `row` with a scale per token, measured at run time.
 */
export type InputFormat = { readonly kind: "float" } | { readonly kind: "static"; readonly scale: number; readonly zeroPoint: number } | { readonly kind: "row"; readonly offset: number };

/** Linear layer with weights of eight bits: weight = codes * scales, one scale per output column. */
export interface QuantisedLinear {
  inputs: number;
  outputs: number;
  /** Row-major [inputs, outputs]. */
  codes: Int8Array;
  /** [outputs] */
  scales: Float32Array;
  /** [outputs] */
  bias: Float32Array;
}

/** Weights as they go into the graph. */
export type LinearLayer = LinearWeights | QuantisedLinear;

/** A value ready to be multiplied, and the name of what undoes its division: one scale, or one per row [.., 1]. */
export interface LinearInput {
  format: InputFormat;
  value: string;
  scale?: string;
}

/** Half of the codes lie on each side of this byte. */
const middle = 128;

/** Emits the nodes that bring `value` to the format; shared by all the layers that read the same value. */
export function emitLinearInput(builder: OnnxModelBuilder, value: string, format: InputFormat, name: string): LinearInput {
  if (format.kind === "float") return { format, value };
  const zeroPoint = format.kind === "static" ? format.zeroPoint : middle;
  const zero = scalar(builder, `zero_${zeroPoint}`, Uint8Array.of(zeroPoint));
  if (format.kind === "static") {
    const scale = builder.float(`${name}.input_scale`, format.scale);
    return { format, scale, value: builder.node("QuantizeLinear", [value, scale, zero]) };
  }
  const centred = format.offset === 0 ? value : builder.node("Sub", [value, scalar(builder, `offset_${format.offset}`, Float32Array.of(format.offset))]);
  const peak = builder.node("ReduceMax", [builder.node("Abs", [centred]), builder.integers([-1])]);
  const rowScale = builder.node("Mul", [builder.node("Max", [peak, scalar(builder, "tiny", Float32Array.of(1e-9))]), scalar(builder, "one_127th", Float32Array.of(1 / 127))]);
  const divided = builder.node("Div", [centred, rowScale]);
  return { format, scale: rowScale, value: builder.node("QuantizeLinear", [divided, scalar(builder, "one", Float32Array.of(1)), zero]) };
}

/**
 * Emits y = x * weight + bias.
 *
 * Eight bits: MatMulIntegerToFloat of the com.microsoft domain does product, scales and bias in one pass. The zero point
 * of the input is not given to it but folded into the bias, sum((q - z) w) = sum(q w) - z sum(w), because without one
 * the kernel skips a correction of every row (7-10 % of a 384-wide product, measured on ONNX Runtime 1.30). For `row`
 * the scale is 1 in there and the row's scale follows as a Mul of its own: ONNX Runtime 1.30 fuses the textbook pattern
 * MatMulInteger -> Cast -> Mul wrongly when the scale differs by row (silent wrong numbers).
 */
export function emitLinear(builder: OnnxModelBuilder, input: LinearInput, layer: LinearLayer, name: string): string {
  const { inputs, outputs } = layer;
  if (!("codes" in layer)) {
    const weight = builder.constant(`${name}.weight`, "float32", [inputs, outputs], layer.weight);
    return builder.node("Add", [builder.node("MatMul", [input.value, weight]), builder.constant(`${name}.bias`, "float32", [outputs], layer.bias)]);
  }
  const { format } = input;
  if (format.kind === "float") throw new Error(`${name} has weights of eight bits but an input of 32.`);
  const codes = builder.constant(`${name}.codes`, "int8", [inputs, outputs], layer.codes);
  const scales = builder.constant(`${name}.scales`, "float32", [outputs], layer.scales);
  const columnSums = sumColumns(layer.codes, outputs);
  const fold = (inputScale: number, zeroPoint: number): Float32Array =>
    columnSums.map((sum, column) => -zeroPoint * sum * inputScale * (layer.scales[column] as number));
  const product = (scale: string, bias: Float32Array): string =>
    builder.node("MatMulIntegerToFloat", [input.value, codes, scale, scales, "", "", builder.constant(`${name}.bias`, "float32", [outputs], bias)], { domain: "com.microsoft" });
  if (format.kind === "static") {
    const correction = fold(format.scale, format.zeroPoint);
    return product(input.scale as string, layer.bias.map((value, column) => value + (correction[column] as number)));
  }
  const scaled = builder.node("Mul", [product(scalar(builder, "one", Float32Array.of(1)), fold(1, middle)), input.scale as string]);
  const offsetSums = columnSums.map((sum, column) => sum * (layer.scales[column] as number) * format.offset);
  const bias = layer.bias.map((value, column) => value + (offsetSums[column] as number));
  return builder.node("Add", [scaled, builder.constant(`${name}.row_bias`, "float32", [outputs], bias)]);
}

function sumColumns(codes: Int8Array, columns: number): Float32Array {
  const sums = new Float32Array(columns);
  for (let index = 0; index < codes.length; index++) sums[index % columns] = (sums[index % columns] as number) + (codes[index] as number);
  return sums;
}

function scalar(builder: OnnxModelBuilder, name: string, value: Float32Array | Uint8Array): string {
  return builder.shared(name, () => builder.constant(name, value instanceof Float32Array ? "float32" : "uint8", [], value));
}
