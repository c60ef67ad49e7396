import type { DecoderConfig, RotaryConfig } from "./decoder-config.ts";
import { type DecoderMatrix, type DecoderPrecision, emitDecoderInput, emitDecoderLinear } from "./decoder-linear.ts";
import { OnnxModelBuilder } from "./onnx-model.ts";
import { emitTableRows, toInt8Table, type TokenTable } from "./token-table.ts";

/** Gives a tensor by its name in transformers, as floats of 32 bits; it must have the shape. */
export interface DecoderTensors {
  has(name: string): boolean;
  floats(name: string, shape: readonly number[]): { data: Float32Array };
}

/** Options of {@link buildDecoderGraph}. */
export interface DecoderGraphOptions {
  precision: DecoderPrecision;
  /** Positions that the graph has angles for, default the model's maxPositions. */
  maxPositions?: number;
  /**
   * True rotates queries and keys in nodes of their own, with an input position_ids, as exports of Qwen 3 do; by default
   * GroupQueryAttention does it.
   */
  hasOwnRotary?: boolean;
  /** True puts a node between GroupQueryAttention and the presents, as converters of floats do; for tests of such exports. */
  hasPlainPresents?: boolean;
}

interface Emitter {
  builder: OnnxModelBuilder;
  config: DecoderConfig;
  tensors: DecoderTensors;
  precision: DecoderPrecision;
  maxPositions: number;
  hasOwnRotary: boolean;
  hasPlainPresents: boolean;
  /** int32 [batch] and int32 scalar, see GroupQueryAttention. */
  lengths: string;
  total: string;
}

/**
 * The graph of a decoder with the inputs and outputs of the hub's exports: input_ids, attention_mask (and position_ids),
 * past_key_values.i.key and .value in, logits and present.i.key and .value out. Attention is GroupQueryAttention.
 * @source transformers, models/{llama,qwen2,qwen3,gemma3}/modeling_*.py; onnxruntime docs/ContribOperators.md
 * @throws CodedError model_unavailable when a tensor is absent or has another shape
 */
export function buildDecoderGraph(config: DecoderConfig, tensors: DecoderTensors, options: DecoderGraphOptions): OnnxModelBuilder {
  const builder = new OnnxModelBuilder();
  const { hiddenSize, vocabularySize, isGemma } = config;
  const ids = builder.input("input_ids", "int64", ["batch_size", "sequence_length"]);
  const mask = builder.input("attention_mask", "int64", ["batch_size", "total_sequence_length"]);
  const emitter: Emitter = {
    builder,
    config,
    tensors,
    precision: options.precision,
    maxPositions: options.maxPositions ?? config.maxPositions,
    hasOwnRotary: options.hasOwnRotary ?? false,
    hasPlainPresents: options.hasPlainPresents ?? false,
    ...emitLengths(builder, mask),
  };
  if (emitter.hasOwnRotary) builder.input("position_ids", "int64", ["batch_size", "sequence_length"]);

  const words = tensors.floats("model.embed_tokens.weight", [vocabularySize, hiddenSize]).data;
  const rows = emitTableRows(builder, toTable(words, hiddenSize, options.precision), ids, hiddenSize);
  let hidden = isGemma ? builder.node("Mul", [rows, builder.float("word_scale", Math.sqrt(hiddenSize))]) : rows;
  for (const layer of config.layers.keys()) hidden = emitLayer(emitter, hidden, layer);

  const normed = emitRmsNorm(emitter, hidden, "model.norm.weight", hiddenSize);
  const data = config.isTied ? words : tensors.floats("lm_head.weight", [vocabularySize, hiddenSize]).data;
  const head = emitDecoderLinear(
    builder,
    emitDecoderInput(builder, normed, options.precision, "lm_head"),
    { inputs: hiddenSize, outputs: vocabularySize, data },
    { precision: options.precision, name: "lm_head" },
  );
  builder.node("Identity", [head], { outputs: ["logits"] });
  builder.output("logits", "float32", ["batch_size", "sequence_length", vocabularySize]);
  return builder;
}

function toTable(values: Float32Array, hiddenSize: number, precision: DecoderPrecision): TokenTable {
  return precision === "fp32" ? { kind: "float32", values } : toInt8Table(values, hiddenSize);
}

/** seqlens_k (tokens of each row with the new ones, less one) and total_sequence_length, from the mask. */
function emitLengths(builder: OnnxModelBuilder, mask: string): { lengths: string; total: string } {
  const int32 = { attributes: { to: 6 } };
  const counted = builder.node("ReduceSum", [mask, builder.integers([1])], { attributes: { keepdims: 0 } });
  const last = builder.node("Sub", [counted, builder.integers([1])]);
  const width = builder.node("Gather", [builder.node("Shape", [mask]), builder.constant("mask_axis", "int64", [], BigInt64Array.of(1n))], {
    attributes: { axis: 0 },
  });
  return { lengths: builder.node("Cast", [last], int32), total: builder.node("Cast", [width], int32) };
}

function emitLayer(emitter: Emitter, hidden: string, layer: number): string {
  const { builder, config } = emitter;
  const { hiddenSize, isGemma } = config;
  const name = `model.layers.${layer}`;
  const norm = (value: string, which: string) => emitRmsNorm(emitter, value, `${name}.${which}.weight`, hiddenSize);
  const attended = emitAttention(emitter, norm(hidden, "input_layernorm"), layer);
  const first = builder.node("Add", [hidden, isGemma ? norm(attended, "post_attention_layernorm") : attended]);
  const fed = emitFeedForward(emitter, norm(first, isGemma ? "pre_feedforward_layernorm" : "post_attention_layernorm"), layer);
  return builder.node("Add", [first, isGemma ? norm(fed, "post_feedforward_layernorm") : fed]);
}

function emitAttention(emitter: Emitter, normed: string, layer: number): string {
  const { builder, config, tensors, precision } = emitter;
  const { heads, kvHeads, headSize, hiddenSize, hasHeadNorms } = config;
  const name = `model.layers.${layer}.self_attn`;
  const input = emitDecoderInput(builder, normed, precision, name);
  const project = (which: string, outputs: number) =>
    emitDecoderLinear(builder, input, matrixOf(tensors, `${name}.${which}`, outputs, hiddenSize), { precision, name: `${name}.${which}` });
  const normHeads = (value: string, which: string, count: number) => {
    if (!hasHeadNorms) return value;
    const split = builder.node("Reshape", [value, builder.integers([0, 0, count, headSize])]);
    return builder.node("Reshape", [
      emitRmsNorm(emitter, split, `${name}.${which}.weight`, headSize),
      builder.integers([0, 0, count * headSize]),
    ]);
  };
  const query = normHeads(project("q_proj", heads * headSize), "q_norm", heads);
  const key = normHeads(project("k_proj", kvHeads * headSize), "k_norm", kvHeads);
  const value = project("v_proj", kvHeads * headSize);

  const { rotary, window } = config.layers[layer] as DecoderConfig["layers"][number];
  const { cos, sin } = emitAngles(emitter, rotary);
  const rotate = (rotated: string, count: number) =>
    builder.node("RotaryEmbedding", [rotated, "position_ids", cos, sin], {
      domain: "com.microsoft",
      attributes: { num_heads: count, rotary_embedding_dim: 0 },
    });
  const past = ["key", "value"].map((part) =>
    builder.input(`past_key_values.${layer}.${part}`, "float32", ["batch_size", kvHeads, "past_sequence_length", headSize]),
  );
  const presents = ["key", "value"].map((part) => `present.${layer}.${part}`);
  const own = emitter.hasOwnRotary;
  const inputs = [
    own ? rotate(query, heads) : query,
    own ? rotate(key, kvHeads) : key,
    value,
    ...past,
    emitter.lengths,
    emitter.total,
    ...(own ? [] : [cos, sin]),
  ];
  const context = builder.node("GroupQueryAttention", inputs, {
    domain: "com.microsoft",
    outputs: [`${name}.context`, ...(emitter.hasPlainPresents ? presents.map((present) => `${present}.own`) : presents)],
    attributes: {
      num_heads: heads,
      kv_num_heads: kvHeads,
      scale: { float: config.attentionScale },
      do_rotary: own ? 0 : 1,
      ...(window === undefined ? {} : { local_window_size: window }),
    },
  });
  if (emitter.hasPlainPresents) for (const present of presents) builder.node("Identity", [`${present}.own`], { outputs: [present] });
  for (const present of presents) builder.output(present, "float32", ["batch_size", kvHeads, "total_sequence_length", headSize]);
  return emitDecoderLinear(
    builder,
    emitDecoderInput(builder, context, precision, `${name}.o_proj`),
    matrixOf(tensors, `${name}.o_proj`, hiddenSize, heads * headSize),
    { precision, name: `${name}.o_proj` },
  );
}

function emitFeedForward(emitter: Emitter, normed: string, layer: number): string {
  const { builder, config, tensors, precision } = emitter;
  const { hiddenSize, intermediateSize } = config;
  const name = `model.layers.${layer}.mlp`;
  const input = emitDecoderInput(builder, normed, precision, name);
  const project = (which: string) =>
    emitDecoderLinear(builder, input, matrixOf(tensors, `${name}.${which}`, intermediateSize, hiddenSize), {
      precision,
      name: `${name}.${which}`,
    });
  const gate = project("gate_proj");
  const active =
    config.activation === "silu"
      ? builder.node("Mul", [gate, builder.node("Sigmoid", [gate])])
      : builder.node("Gelu", [gate], { attributes: { approximate: "tanh" } });
  const wide = builder.node("Mul", [active, project("up_proj")]);
  return emitDecoderLinear(
    builder,
    emitDecoderInput(builder, wide, precision, `${name}.down_proj`),
    matrixOf(tensors, `${name}.down_proj`, hiddenSize, intermediateSize),
    { precision, name: `${name}.down_proj` },
  );
}

function matrixOf(tensors: DecoderTensors, name: string, outputs: number, inputs: number): DecoderMatrix {
  const bias = tensors.has(`${name}.bias`) ? tensors.floats(`${name}.bias`, [outputs]).data : undefined;
  return { outputs, inputs, data: tensors.floats(`${name}.weight`, [outputs, inputs]).data, bias };
}

/** x / sqrt(mean(x^2) + epsilon) * weight. @source Zhang and Sennrich 2019, arXiv:1910.07467 */
function emitRmsNorm({ builder, config, tensors }: Emitter, value: string, name: string, size: number): string {
  const { data } = tensors.floats(name, [size]);
  const weight = builder.constant(name, "float32", [size], config.isGemma ? data.map((each) => 1 + each) : data);
  return builder.node("SimplifiedLayerNormalization", [value, weight], {
    attributes: { axis: -1, epsilon: { float: config.normEpsilon }, stash_type: 1 },
  });
}

/** Tables of cosines and sines, [positions, headSize / 2]; made once per kind of rotation. */
function emitAngles({ builder, config, maxPositions }: Emitter, rotary: RotaryConfig): { cos: string; sin: string } {
  const key = JSON.stringify(rotary).replaceAll(/\W+/g, "_");
  const half = config.headSize / 2;
  const frequencies = Array.from({ length: half }, (_, index) => toFrequency(rotary, rotary.theta ** ((-2 * index) / config.headSize)));
  const table = (name: string, of: (angle: number) => number) =>
    builder.shared(`${name}_${key}`, () => {
      const values = new Float32Array(maxPositions * half);
      for (let place = 0; place < values.length; place += 1)
        values[place] = of(Math.fround(Math.floor(place / half) * Math.fround(frequencies[place % half] as number)));
      return builder.constant(`${name}_${key}`, "float32", [maxPositions, half], values);
    });
  return { cos: table("cos", Math.cos), sin: table("sin", Math.sin) };
}

/** @source transformers, modeling_rope_utils.py, _compute_llama3_parameters and _compute_linear_scaling_rope_parameters */
function toFrequency({ llama3, linearFactor }: RotaryConfig, frequency: number): number {
  if (llama3 === undefined) return frequency / linearFactor;
  const { factor, lowFactor, highFactor, originalPositions } = llama3;
  const turns = (originalPositions * frequency) / (2 * Math.PI);
  if (turns < lowFactor) return frequency / factor;
  if (turns > highFactor) return frequency;
  const smooth = (turns - lowFactor) / (highFactor - lowFactor);
  return ((1 - smooth) * frequency) / factor + smooth * frequency;
}
