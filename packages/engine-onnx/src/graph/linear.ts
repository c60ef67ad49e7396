import type { LinearWeights } from "./bert-weights.ts";
import type { OnnxModelBuilder } from "./onnx-model.ts";

/**
 * How the input of a linear layer is brought to eight bits: `float` not at all, `static` with one scale and zero point
 * for ever (value = (byte - zeroPoint) * scale), `row` with a scale per token, measured at run time: from -peak to peak,
 * or from `minimum` to the largest where all values are known to lie above it.
 */
export type InputFormat =
  | { readonly kind: "float" }
  | { readonly kind: "static"; readonly scale: number; readonly zeroPoint: number }
  | { readonly kind: "row"; readonly minimum?: number };

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

/** Zero point of a symmetric range: half of the bytes lie on each side of it. */
const middle = 128;

/** Emits the nodes that bring `value` to the format; shared by all the layers that read the same value. */
export function emitLinearInput(builder: OnnxModelBuilder, value: string, format: InputFormat, name: string): LinearInput {
  if (format.kind === "float") return { format, value };
  if (format.kind === "static") {
    const scale = builder.float(`${name}.input_scale`, format.scale);
    return { format, scale, value: builder.node("QuantizeLinear", [value, scale, scalar(builder, Uint8Array.of(format.zeroPoint))]) };
  }
  const { minimum } = format;
  const positive =
    minimum === undefined ? builder.node("Abs", [value]) : builder.node("Sub", [value, scalar(builder, Float32Array.of(minimum))]);
  const peak = builder.node("Max", [builder.node("ReduceMax", [positive, builder.integers([-1])]), scalar(builder, Float32Array.of(1e-9))]);
  const scale = builder.node("Mul", [peak, scalar(builder, Float32Array.of(1 / (minimum === undefined ? 127 : 255)))]);
  const divided = builder.node("Div", [minimum === undefined ? value : positive, scale]);
  return {
    format,
    scale,
    value: builder.node("QuantizeLinear", [
      divided,
      scalar(builder, Float32Array.of(1)),
      scalar(builder, Uint8Array.of(zeroPointOf(format))),
    ]),
  };
}

function zeroPointOf(format: InputFormat): number {
  if (format.kind === "static") return format.zeroPoint;
  return format.kind === "row" && format.minimum !== undefined ? 0 : middle;
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
    return builder.node("Add", [
      builder.node("MatMul", [input.value, weight]),
      builder.constant(`${name}.bias`, "float32", [outputs], layer.bias),
    ]);
  }
  const { format } = input;
  if (format.kind === "float") throw new Error(`${name} has weights of eight bits but an input of 32.`);
  const codes = builder.constant(`${name}.codes`, "int8", [inputs, outputs], layer.codes);
  const scales = builder.constant(`${name}.scales`, "float32", [outputs], layer.scales);
  const columnSums = sumColumns(layer.codes, outputs).map((sum, column) => sum * (layer.scales[column] as number));
  const biasWith = (factor: number): Float32Array => layer.bias.map((value, column) => value + factor * (columnSums[column] as number));
  const product = (scale: string, bias: Float32Array): string =>
    builder.node(
      "MatMulIntegerToFloat",
      [input.value, codes, scale, scales, "", "", builder.constant(`${name}.bias`, "float32", [outputs], bias)],
      { domain: "com.microsoft" },
    );
  if (format.kind === "static") return product(input.scale as string, biasWith(-format.zeroPoint * format.scale));
  const zero = columnSums.map((sum) => -zeroPointOf(format) * sum);
  const scaled = builder.node("Mul", [product(scalar(builder, Float32Array.of(1)), zero), input.scale as string]);
  return builder.node("Add", [scaled, builder.constant(`${name}.row_bias`, "float32", [outputs], biasWith(format.minimum ?? 0))]);
}

function sumColumns(codes: Int8Array, columns: number): Float32Array {
  const sums = new Float32Array(columns);
  for (let index = 0; index < codes.length; index++) sums[index % columns] = (sums[index % columns] as number) + (codes[index] as number);
  return sums;
}

/** A scalar constant, made once per value. */
function scalar(builder: OnnxModelBuilder, value: Float32Array | Uint8Array): string {
  const type = value instanceof Float32Array ? "float32" : "uint8";
  const name = `${type}_${value[0]}`;
  return builder.shared(name, () => builder.constant(name, type, [], value));
}
