import { CodedError } from "@repo/contracts/coded-error";
import type { BertConfig } from "./bert-config.ts";
import type { Safetensors } from "./safetensors.ts";

/** y = x * weight + bias. */
export interface LinearWeights {
  inputs: number;
  outputs: number;
  /** Row-major [inputs, outputs]: the order of an ONNX MatMul, the transpose of PyTorch's. */
  weight: Float32Array;
  /** [outputs] */
  bias: Float32Array;
}

/** y = normalised(x) * gamma + beta, each [hiddenSize]. */
export interface NormWeights {
  gamma: Float32Array;
  beta: Float32Array;
}

/** One layer of the encoder. */
export interface BertLayerWeights {
  query: LinearWeights;
  key: LinearWeights;
  value: LinearWeights;
  attentionOutput: LinearWeights;
  attentionNorm: NormWeights;
  up: LinearWeights;
  down: LinearWeights;
  outputNorm: NormWeights;
}

/** All weights of a BERT encoder, in the form the graph uses them. */
export interface BertWeights {
  /** [vocabularySize, hiddenSize] */
  words: Float32Array;
  /** [maxPositions, hiddenSize], with the row of token type 0 added: this project embeds single texts only. */
  positions: Float32Array;
  embeddingNorm: NormWeights;
  layers: readonly BertLayerWeights[];
  /** Brings every token's last state to the width of the embeddings; absent where they are as wide as the encoder. */
  head?: LinearWeights;
}

/**
 * Finds the weights of a BERT encoder under the names transformers gives them, with or without a prefix ("bert.").
 * The attention's 1/sqrt(head size) is folded into the query's weights.
 * @throws CodedError model_unavailable when a tensor is missing, of another shape or not finite.
 */
export function readBertWeights(tensors: Safetensors, config: BertConfig): BertWeights {
  const { hiddenSize, intermediateSize, vocabularySize, maxPositions } = config;
  const anchor = "embeddings.word_embeddings.weight";
  const prefix = tensors.names.find((name) => name.endsWith(anchor))?.slice(0, -anchor.length) ?? "";
  const floats = (name: string, shape: readonly number[]): Float32Array => readFinite(tensors, prefix + name, shape);
  const norm = (name: string): NormWeights => ({
    gamma: floats(`${name}.weight`, [hiddenSize]),
    beta: floats(`${name}.bias`, [hiddenSize]),
  });
  const linear = (name: string, inputs: number, outputs: number, scale = 1): LinearWeights =>
    readLinearWeights(tensors, prefix + name, { inputs, outputs, scale });
  const layer = (index: number): BertLayerWeights => {
    const name = `encoder.layer.${index}`;
    return {
      query: linear(`${name}.attention.self.query`, hiddenSize, hiddenSize, 1 / Math.sqrt(hiddenSize / config.heads)),
      key: linear(`${name}.attention.self.key`, hiddenSize, hiddenSize),
      value: linear(`${name}.attention.self.value`, hiddenSize, hiddenSize),
      attentionOutput: linear(`${name}.attention.output.dense`, hiddenSize, hiddenSize),
      attentionNorm: norm(`${name}.attention.output.LayerNorm`),
      up: linear(`${name}.intermediate.dense`, hiddenSize, intermediateSize),
      down: linear(`${name}.output.dense`, intermediateSize, hiddenSize),
      outputNorm: norm(`${name}.output.LayerNorm`),
    };
  };
  const positions = floats("embeddings.position_embeddings.weight", [maxPositions, hiddenSize]);
  // [types, hiddenSize]; the number of types is not in question, type 0 is the first row.
  const types = tensors.floats(`${prefix}embeddings.token_type_embeddings.weight`).data;
  return {
    words: floats(anchor, [vocabularySize, hiddenSize]),
    positions: positions.map((value, index) => value + (types[index % hiddenSize] ?? NaN)),
    embeddingNorm: norm("embeddings.LayerNorm"),
    layers: Array.from({ length: config.layers }, (_, index) => layer(index)),
  };
}

/**
 * A linear layer under its name in PyTorch, times `scale` (default 1).
 * @throws CodedError model_unavailable when a tensor is missing, of another shape or not finite.
 */
export function readLinearWeights(
  tensors: Safetensors,
  name: string,
  { inputs, outputs, scale = 1 }: { inputs: number; outputs: number; scale?: number },
): LinearWeights {
  return {
    inputs,
    outputs,
    weight: transpose(readFinite(tensors, `${name}.weight`, [outputs, inputs]), outputs, inputs).map((value) => value * scale),
    bias: readFinite(tensors, `${name}.bias`, [outputs]).map((value) => value * scale),
  };
}

/**
 * A tensor of 32 bit floats.
 * @throws CodedError model_unavailable when it is missing, of another shape or not finite.
 */
export function readFinite(tensors: Safetensors, name: string, shape: readonly number[]): Float32Array {
  const { data } = tensors.floats(name, shape);
  // A loop: every() is ten times as slow, and the largest table has 295 million values.
  for (let index = 0; index < data.length; index++) {
    if (Number.isFinite(data[index])) continue;
    throw new CodedError("model_unavailable", `The weights are damaged: "${name}" holds a value that is not finite.`);
  }
  return data;
}

/** Row-major [rows, columns] to [columns, rows]. */
export function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = values[row * columns + column] as number;
  }
  return result;
}
