import { CodedError } from "@repo/contracts/coded-error";
import { type LinearWeights, type NormWeights, readFinite, readLinearWeights, transpose } from "./bert-weights.ts";
import type { Safetensors } from "./safetensors.ts";
import { countPatches, type SiglipConfig, type SiglipTower } from "./siglip-config.ts";

/** One layer of a tower. */
export interface SiglipLayerWeights {
  attentionNorm: NormWeights;
  /** Holds the attention's factor 1/sqrt(head size). */
  query: LinearWeights;
  key: LinearWeights;
  value: LinearWeights;
  attentionOutput: LinearWeights;
  feedForwardNorm: NormWeights;
  up: LinearWeights;
  down: LinearWeights;
}

/**
 * The head that makes one vector of an image's patches: attention of one learned query, then a feed-forward layer.
 * Since the query is always the same, its product with the keys is taken here: the head's scores are a product of the
 * patches with `scores`, and the key's bias, the same for all patches, falls out of the softmax. The value projection is
 * applied after the weighted mean, to one vector per head instead of to every patch.
 */
export interface PoolingHeadWeights {
  /** Row-major [hiddenSize, heads] */
  scores: Float32Array;
  /** Row-major [heads, hiddenSize, head size] */
  values: Float32Array;
  /** [hiddenSize] */
  valueBias: Float32Array;
  output: LinearWeights;
  norm: NormWeights;
  up: LinearWeights;
  down: LinearWeights;
}

/** All of the vision tower but its layers. */
export interface VisionEnds {
  /** Row-major [3 * patchSize * patchSize, hiddenSize]: colours first, then rows, then columns. */
  patches: Float32Array;
  /** [patches, hiddenSize], with the bias of the patch embedding added. */
  positions: Float32Array;
  finalNorm: NormWeights;
  head: PoolingHeadWeights;
}

/** All of the text tower but its layers. */
export interface TextEnds {
  /** [vocabularySize, hiddenSize] */
  words: Float32Array;
  /** [positions, hiddenSize] */
  positions: Float32Array;
  finalNorm: NormWeights;
  head: LinearWeights;
}

/** Which tower; the names of its tensors begin so. */
export type TowerName = "vision_model" | "text_model";

/**
 * Reads one layer. Names as in transformers, models/siglip/modeling_siglip.py.
 * @throws CodedError model_unavailable when a tensor is missing, of another shape or not finite.
 */
export function readSiglipLayer(tensors: Safetensors, tower: SiglipTower, place: { tower: TowerName; index: number }): SiglipLayerWeights {
  const { hiddenSize, intermediateSize, heads } = tower;
  const prefix = `${place.tower}.encoder.layers.${place.index}`;
  const square = (name: string, scale = 1): LinearWeights =>
    readLinearWeights(tensors, `${prefix}.self_attn.${name}`, { inputs: hiddenSize, outputs: hiddenSize, scale });
  return {
    attentionNorm: readNorm(tensors, `${prefix}.layer_norm1`, hiddenSize),
    query: square("q_proj", 1 / Math.sqrt(hiddenSize / heads)),
    key: square("k_proj"),
    value: square("v_proj"),
    attentionOutput: square("out_proj"),
    feedForwardNorm: readNorm(tensors, `${prefix}.layer_norm2`, hiddenSize),
    up: readLinearWeights(tensors, `${prefix}.mlp.fc1`, { inputs: hiddenSize, outputs: intermediateSize }),
    down: readLinearWeights(tensors, `${prefix}.mlp.fc2`, { inputs: intermediateSize, outputs: hiddenSize }),
  };
}

/**
 * Reads what stands before and after the vision tower's layers.
 * @throws CodedError model_unavailable when a tensor is missing, of another shape or not finite.
 */
export function readVisionEnds(tensors: Safetensors, { vision }: SiglipConfig): VisionEnds {
  const { hiddenSize, patchSize } = vision;
  const embeddings = "vision_model.embeddings";
  const inputs = 3 * patchSize * patchSize;
  const bias = readFinite(tensors, `${embeddings}.patch_embedding.bias`, [hiddenSize]);
  const positions = readFinite(tensors, `${embeddings}.position_embedding.weight`, [countPatches(vision), hiddenSize]);
  return {
    patches: transpose(
      readFinite(tensors, `${embeddings}.patch_embedding.weight`, [hiddenSize, 3, patchSize, patchSize]),
      hiddenSize,
      inputs,
    ),
    positions: positions.map((value, index) => value + (bias[index % hiddenSize] as number)),
    finalNorm: readNorm(tensors, "vision_model.post_layernorm", hiddenSize),
    head: readPoolingHead(tensors, vision),
  };
}

/**
 * Reads what stands before and after the text tower's layers.
 * @throws CodedError model_unavailable when a tensor is missing, of another shape or not finite.
 */
export function readTextEnds(tensors: Safetensors, { text, dimensions }: SiglipConfig): TextEnds {
  const { hiddenSize, vocabularySize, positions } = text;
  return {
    words: readFinite(tensors, "text_model.embeddings.token_embedding.weight", [vocabularySize, hiddenSize]),
    positions: readFinite(tensors, "text_model.embeddings.position_embedding.weight", [positions, hiddenSize]),
    finalNorm: readNorm(tensors, "text_model.final_layer_norm", hiddenSize),
    head: readLinearWeights(tensors, "text_model.head", { inputs: hiddenSize, outputs: dimensions }),
  };
}

/** What makes a probability of a cosine: sigmoid(scale * cosine + bias). */
export interface LogitFacts {
  /** The exponential is taken already. */
  scale: number;
  bias: number;
}

/** @throws CodedError model_unavailable when a tensor is missing, of another shape or not finite. */
export function readLogitFacts(tensors: Safetensors): LogitFacts {
  const single = (name: string): number => {
    const { data } = tensors.floats(name);
    const [value] = data;
    if (data.length !== 1 || value === undefined || !Number.isFinite(value)) {
      throw new CodedError("model_unavailable", `The weights are damaged: "${name}" is not one finite number.`);
    }
    return value;
  };
  return { scale: Math.exp(single("logit_scale")), bias: single("logit_bias") };
}

function readPoolingHead(tensors: Safetensors, { hiddenSize, intermediateSize, heads }: SiglipTower): PoolingHeadWeights {
  const name = "vision_model.head";
  const square = { inputs: hiddenSize, outputs: hiddenSize };
  const probe = readFinite(tensors, `${name}.probe`, [1, 1, hiddenSize]);
  // PyTorch keeps query, key and value one below the other: [3 * hiddenSize, hiddenSize].
  const joined = readFinite(tensors, `${name}.attention.in_proj_weight`, [3 * hiddenSize, hiddenSize]);
  const biases = readFinite(tensors, `${name}.attention.in_proj_bias`, [3 * hiddenSize]);
  const part = (index: number): Float32Array => joined.subarray(index * hiddenSize ** 2, (index + 1) * hiddenSize ** 2);
  const query = multiply(part(0), probe).map((value, index) => value + (biases[index] as number));
  return {
    scores: toScores(query, part(1), heads),
    values: toHeadValues(part(2), heads),
    valueBias: biases.slice(2 * hiddenSize),
    output: readLinearWeights(tensors, `${name}.attention.out_proj`, square),
    norm: readNorm(tensors, `${name}.layernorm`, hiddenSize),
    up: readLinearWeights(tensors, `${name}.mlp.fc1`, { inputs: hiddenSize, outputs: intermediateSize }),
    down: readLinearWeights(tensors, `${name}.mlp.fc2`, { inputs: intermediateSize, outputs: hiddenSize }),
  };
}

/** weight [rows, columns] times vector [columns], summed in 64 bits. */
function multiply(weight: Float32Array, vector: Float32Array): Float64Array {
  const columns = vector.length;
  const result = new Float64Array(weight.length / columns);
  for (let index = 0; index < weight.length; index++) {
    const row = Math.floor(index / columns);
    result[row] = (result[row] as number) + (weight[index] as number) * (vector[index % columns] as number);
  }
  return result;
}

/** [hiddenSize, heads]: what a patch is multiplied by to give each head's score. @param keys [hiddenSize, hiddenSize] */
function toScores(query: Float64Array, keys: Float32Array, heads: number): Float32Array {
  const hiddenSize = query.length;
  const headSize = hiddenSize / heads;
  const sums = new Float64Array(hiddenSize * heads);
  for (let index = 0; index < keys.length; index++) {
    const output = Math.floor(index / hiddenSize);
    const target = (index % hiddenSize) * heads + Math.floor(output / headSize);
    sums[target] = (sums[target] as number) + ((query[output] as number) * (keys[index] as number)) / Math.sqrt(headSize);
  }
  return Float32Array.from(sums);
}

/** [heads, hiddenSize, head size] of PyTorch's [heads * head size, hiddenSize]. */
function toHeadValues(values: Float32Array, heads: number): Float32Array {
  const hiddenSize = Math.sqrt(values.length);
  const headSize = hiddenSize / heads;
  const result = new Float32Array(values.length);
  for (let head = 0; head < heads; head++) {
    const start = head * headSize * hiddenSize;
    result.set(transpose(values.subarray(start, start + headSize * hiddenSize), headSize, hiddenSize), start);
  }
  return result;
}

function readNorm(tensors: Safetensors, name: string, size: number): NormWeights {
  return { gamma: readFinite(tensors, `${name}.weight`, [size]), beta: readFinite(tensors, `${name}.bias`, [size]) };
}
