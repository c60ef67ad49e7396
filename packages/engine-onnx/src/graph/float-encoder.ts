import type { Encoder } from "./bert-graph.ts";
import type { BertConfig } from "./bert-config.ts";
import type { BertWeights } from "./bert-weights.ts";

/** The encoder in 32 bit floats throughout. */
export function toFloatEncoder(config: BertConfig, weights: BertWeights): Encoder {
  const float = { kind: "float" } as const;
  return {
    config,
    words: { kind: "float32", values: weights.words },
    positions: weights.positions,
    embeddingNorm: weights.embeddingNorm,
    layers: weights.layers.map((layer) => ({ ...layer, attentionInput: float, contextInput: float, upInput: float, downInput: float })),
    ...(weights.head && { head: { input: float, linear: weights.head } }),
  };
}
