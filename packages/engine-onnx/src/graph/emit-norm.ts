import type { NormWeights } from "./bert-weights.ts";
import type { OnnxModelBuilder } from "./onnx-model.ts";

/** Emits a normalisation of the last axis; `epsilon` is added to the variance. */
export function emitNorm(
  builder: OnnxModelBuilder,
  value: string,
  { gamma, beta }: NormWeights,
  { name, epsilon }: { name: string; epsilon: number },
): string {
  const size = [gamma.length];
  const inputs = [
    value,
    builder.constant(`${name}.gamma`, "float32", size, gamma),
    builder.constant(`${name}.beta`, "float32", size, beta),
  ];
  return builder.node("LayerNormalization", inputs, { attributes: { axis: -1, epsilon: { float: epsilon } } });
}
