import type { OnnxModelBuilder } from "./onnx-model.ts";

/** Values that attention works on, by name, each [tokens, batch, hiddenSize]; the query holds the factor 1/sqrt(head size). */
export interface AttentionInputs {
  query: string;
  key: string;
  value: string;
  /** Added to the scores, [batch, 1, 1, tokens]; absent where every token sees every other. */
  scoreBias?: string;
}

/** How a hidden state is divided. */
export interface HeadShape {
  heads: number;
  hiddenSize: number;
}

/**
 * Emits plain attention: [batch, heads, tokens, head size].
 *
 * The token axis comes first in its inputs: FusedMatMul reads heads out of that layout by strides, so that query, key and
 * value need no Transpose (3 % of a run of 8 x 32 tokens against the usual batch-first layout). The fused attention
 * operators of ONNX Runtime 1.30 are slower on a CPU.
 */
export function emitAttention(
  builder: OnnxModelBuilder,
  { query, key, value, scoreBias }: AttentionInputs,
  { heads, hiddenSize }: HeadShape,
): string {
  const split = (name: string): string => builder.node("Reshape", [name, builder.integers([0, 0, heads, hiddenSize / heads])]);
  const queries = split(query);
  const keys = split(key);
  const values = split(value);
  const scores = builder.node("FusedMatMul", [queries, keys], {
    domain: "com.microsoft",
    attributes: { transBatchA: 1, transBatchB: 1, transB: 1, alpha: { float: 1 } },
  });
  const masked = scoreBias === undefined ? scores : builder.node("Add", [scores, scoreBias]);
  const weights = builder.node("Softmax", [masked], { attributes: { axis: -1 } });
  return builder.node("FusedMatMul", [weights, values], { domain: "com.microsoft", attributes: { transBatchB: 1, alpha: { float: 1 } } });
}

/** Emits the way back from [batch, heads, tokens, head size] to [tokens, batch, hiddenSize]. */
export function emitMergedHeads(builder: OnnxModelBuilder, context: string, hiddenSize: number): string {
  const transposed = builder.node("Transpose", [context], { attributes: { perm: [2, 0, 1, 3] } });
  return builder.node("Reshape", [transposed, builder.integers([0, 0, hiddenSize])]);
}
