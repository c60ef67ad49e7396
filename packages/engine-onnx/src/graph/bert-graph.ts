import type { Pooling } from "../text-model.ts";
import type { BertConfig } from "./bert-config.ts";
import type { NormWeights } from "./bert-weights.ts";
import { headTap, type TapSite, tapName } from "./activation-ranges.ts";
import { emitAttention, emitMergedHeads } from "./attention.ts";
import { emitNorm } from "./emit-norm.ts";
import { emitTaps } from "./emit-taps.ts";
import { emitLinear, emitLinearInput, type InputFormat, type LinearInput, type LinearLayer } from "./linear.ts";
import { OnnxModelBuilder } from "./onnx-model.ts";
import { emitTableRows, type TokenTable } from "./token-table.ts";

/** One layer of the encoder, with the format in which each linear layer reads its input. */
export interface EncoderLayer {
  /** Shared by query, key and value. */
  attentionInput: InputFormat;
  query: LinearLayer;
  key: LinearLayer;
  value: LinearLayer;
  /** [hiddenSize] What the layer's input is multiplied by before it is added to the attention's output; absent: 1. */
  attentionResidualScale?: Float32Array;
  contextInput: InputFormat;
  attentionOutput: LinearLayer;
  attentionNorm: NormWeights;
  upInput: InputFormat;
  up: LinearLayer;
  downInput: InputFormat;
  down: LinearLayer;
  /** [hiddenSize] The same for the sum after the feed-forward layer. */
  outputResidualScale?: Float32Array;
  outputNorm: NormWeights;
}

/** An encoder in whatever precision, ready to be written down. */
export interface Encoder {
  config: BertConfig;
  words: TokenTable;
  /** [maxPositions, hiddenSize] */
  positions: Float32Array;
  embeddingNorm: NormWeights;
  layers: readonly EncoderLayer[];
  head?: EncoderHead;
}

/** The linear layer that gives the embeddings their width, with the format in which it reads its input. */
export interface EncoderHead {
  input: InputFormat;
  linear: LinearLayer;
}

/** Options of {@link buildBertGraph}. */
export interface BertGraphOptions {
  pooling: Pooling;
  /** Also returns the range of every channel at every site, under the names of `tapName`, for calibration. */
  taps?: boolean;
}

/** Far below any score, yet far from where float32 overflows: exp() of it is exactly 0. */
const maskedScore = 1e6;

/**
 * The graph of a BERT encoder with pooling and normalisation inside; inputs and outputs as text-model.ts says.
 *
 * Inside, the token axis comes first ([tokens, batch, ..]), as attention.ts wants it.
 * Source of the arithmetic: Devlin et al. 2018 (arXiv:1810.04805) and transformers, models/bert/modeling_bert.py.
 */
export function buildBertGraph(encoder: Encoder, options: BertGraphOptions): OnnxModelBuilder {
  const { hiddenSize } = encoder.config;
  const builder = new OnnxModelBuilder();
  const scope: Scope = { builder, config: encoder.config, hasTaps: options.taps ?? false };
  const ids = builder.input("input_ids", "int32", ["batch", "tokens"]);
  const mask = builder.input("attention_mask", "float32", ["batch", "tokens"]);
  const scoreBias = emitScoreBias(builder, mask);
  let hidden = emitEmbeddings(scope, encoder, ids);
  for (const [index, layer] of encoder.layers.entries()) hidden = emitLayer({ ...scope, layer, index, scoreBias }, hidden);
  // Before the pooling, although a mean and a first token pass through a linear layer unchanged: a product of at least
  // two rows (a text has its two special tokens) is computed alike in every batch, one of a single row is not.
  if (encoder.head !== undefined) hidden = emitHead(scope, encoder.head, hidden);
  const dimensions = encoder.head?.linear.outputs ?? hiddenSize;
  emitPooling(builder, options.pooling, hidden, mask);
  builder.node("Transpose", [hidden], { attributes: { perm: [1, 0, 2] }, outputs: ["token_embeddings"] });
  builder.output("embedding", "float32", ["batch", dimensions]);
  builder.output("norm", "float32", ["batch", 1]);
  builder.output("token_embeddings", "float32", ["batch", "tokens", dimensions]);
  return builder;
}

/** What every part of the graph needs to know. */
interface Scope {
  builder: OnnxModelBuilder;
  config: BertConfig;
  hasTaps: boolean;
}

/** The same inside a layer. */
interface LayerScope extends Scope {
  layer: EncoderLayer;
  index: number;
  scoreBias: string;
}

type LinearName = "query" | "key" | "value" | "attentionOutput" | "up" | "down";

function emitLayer(scope: LayerScope, hidden: string): string {
  const { builder, config, layer, index } = scope;
  const epsilon = config.layerNormEpsilon;
  const context = emitContext(scope, emitLayerAttention(scope, emitInput(scope, hidden, "attentionInput")));
  const attention = [emitLayerLinear(scope, context, "attentionOutput"), emitResidual(scope, hidden, "attentionResidualScale")];
  const attended = emitNorm(builder, builder.node("Add", attention), layer.attentionNorm, { name: `${index}.attentionNorm`, epsilon });
  const approximate = config.activation === "tanh" ? "tanh" : "none";
  const wide = builder.node("Gelu", [emitLayerLinear(scope, emitInput(scope, attended, "upInput"), "up")], { attributes: { approximate } });
  const output = [
    emitLayerLinear(scope, emitInput(scope, wide, "downInput"), "down"),
    emitResidual(scope, attended, "outputResidualScale"),
  ];
  return emitNorm(builder, builder.node("Add", output), layer.outputNorm, { name: `${index}.outputNorm`, epsilon });
}

function emitHead({ builder, hasTaps }: Scope, { input, linear }: EncoderHead, hidden: string): string {
  if (hasTaps) emitTaps(builder, hidden, headTap, linear.inputs);
  return emitLinear(builder, emitLinearInput(builder, hidden, input, "head.input"), linear, "head");
}

function emitInput(scope: LayerScope, value: string, site: TapSite): LinearInput {
  const { intermediateSize, hiddenSize } = scope.config;
  if (scope.hasTaps) emitTaps(scope.builder, value, tapName(scope.index, site), site === "downInput" ? intermediateSize : hiddenSize);
  return emitLinearInput(scope.builder, value, scope.layer[site], `${scope.index}.${site}`);
}

function emitLayerLinear({ builder, layer, index }: LayerScope, input: LinearInput, name: LinearName): string {
  return emitLinear(builder, input, layer[name], `${index}.${name}`);
}

function emitResidual(
  { builder, config, layer, index }: LayerScope,
  value: string,
  name: "attentionResidualScale" | "outputResidualScale",
): string {
  const scale = layer[name];
  if (scale === undefined) return value;
  return builder.node("Mul", [value, builder.constant(`${index}.${name}`, "float32", [config.hiddenSize], scale)]);
}

/** [batch, 1, 1, tokens]: 0 where there is a token, far below any score where there is padding. */
function emitScoreBias(builder: OnnxModelBuilder, mask: string): string {
  const missing = builder.node("Sub", [mask, builder.float("unmasked", 1)]);
  return builder.node("Unsqueeze", [builder.node("Mul", [missing, builder.float("masked_score", maskedScore)]), builder.integers([1, 2])]);
}

/** [tokens, batch, hiddenSize] */
function emitEmbeddings(scope: Scope, { words, positions, embeddingNorm }: Encoder, ids: string): string {
  const { builder, config } = scope;
  const table = builder.constant("positions", "float32", [config.maxPositions, config.hiddenSize], positions);
  const length = builder.node("Shape", [ids], { attributes: { start: 1, end: 2 } });
  const used = builder.node("Slice", [table, builder.integers([0]), length, builder.integers([0])]);
  const columns = builder.node("Transpose", [ids], { attributes: { perm: [1, 0] } });
  const rows = emitTableRows(builder, words, columns, config.hiddenSize);
  const sum = builder.node("Add", [rows, builder.node("Unsqueeze", [used, builder.integers([1])])]);
  return emitNorm(builder, sum, embeddingNorm, { name: "embeddingNorm", epsilon: config.layerNormEpsilon });
}

/** [batch, heads, tokens, head size]; the 1/sqrt(head size) is in the query's weights. */
function emitLayerAttention(scope: LayerScope, input: LinearInput): string {
  const [query, key, value] = (["query", "key", "value"] as const).map((name) => emitLayerLinear(scope, input, name)) as [
    string,
    string,
    string,
  ];
  return emitAttention(scope.builder, { query, key, value, scoreBias: scope.scoreBias }, scope.config);
}

/**
 * From [batch, heads, tokens, head size] back to [tokens, batch, hiddenSize]. With a static format the bytes are moved,
 * which are a quarter of the floats; a scale per token needs the token's heads together first.
 */
function emitContext(scope: LayerScope, context: string): LinearInput {
  const { builder, config, layer } = scope;
  const merge = (value: string): string => emitMergedHeads(builder, value, config.hiddenSize);
  if (layer.contextInput.kind !== "static") return emitInput(scope, merge(context), "contextInput");
  const quantised = emitInput(scope, context, "contextInput");
  return { ...quantised, value: merge(quantised.value) };
}

/** Mean over the real tokens (or the first token), then division by the length; epsilons as sentence-transformers has them. */
function emitPooling(builder: OnnxModelBuilder, pooling: Pooling, hidden: string, mask: string): void {
  let pooled: string;
  if (pooling === "cls") {
    pooled = builder.node("Gather", [hidden, builder.constant("first", "int64", [], BigInt64Array.of(0n))], { attributes: { axis: 0 } });
  } else {
    // Not a matrix product: for a single row its kernel adds four tokens at a time, and the sum depends on the padding.
    const columns = builder.node("Unsqueeze", [builder.node("Transpose", [mask], { attributes: { perm: [1, 0] } }), builder.integers([2])]);
    const sum = builder.node("ReduceSum", [builder.node("Mul", [hidden, columns]), builder.integers([0])], { attributes: { keepdims: 0 } });
    const count = builder.node("ReduceSum", [mask, builder.integers([1])], { attributes: { keepdims: 1 } });
    pooled = builder.node("Div", [sum, builder.node("Max", [count, builder.float("tiny_count", 1e-9)])]);
  }
  const norm = builder.node("ReduceL2", [pooled, builder.integers([1])], { attributes: { keepdims: 1 }, outputs: ["norm"] });
  builder.node("Div", [pooled, builder.node("Max", [norm, builder.float("tiny_norm", 1e-12)])], { outputs: ["embedding"] });
}
