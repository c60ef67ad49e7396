import { type TapSite, tapName } from "./activation-ranges.ts";
import { emitAttention, emitMergedHeads } from "./attention.ts";
import type { NormWeights } from "./bert-weights.ts";
import { emitNorm } from "./emit-norm.ts";
import { emitTaps } from "./emit-taps.ts";
import { emitLinear, emitLinearInput, type InputFormat, type LinearInput, type LinearLayer } from "./linear.ts";
import type { OnnxModelBuilder } from "./onnx-model.ts";
import type { SiglipTower } from "./siglip-config.ts";

/** One layer of a tower in whatever precision, with the format in which each linear layer reads its input. */
export interface SiglipLayer {
  attentionNorm: NormWeights;
  /** Shared by query, key and value. */
  attentionInput: InputFormat;
  query: LinearLayer;
  key: LinearLayer;
  value: LinearLayer;
  contextInput: InputFormat;
  attentionOutput: LinearLayer;
  feedForwardNorm: NormWeights;
  upInput: InputFormat;
  up: LinearLayer;
  downInput: InputFormat;
  down: LinearLayer;
}

/** Where the layers of a tower go. */
export interface LayerScope {
  builder: OnnxModelBuilder;
  tower: SiglipTower;
  /** Also returns the range of every channel at every site, under the names of `tapName`, for calibration. */
  hasTaps: boolean;
}

/**
 * Emits the layers of a tower over `hidden` [tokens, batch, hiddenSize]; no token is masked. Layers are taken one by one, so
 * that they may be made while they are written.
 * Source of the arithmetic: Zhai et al. 2023 (arXiv:2303.15343) and transformers, models/siglip/modeling_siglip.py.
 */
export function emitSiglipLayers(scope: LayerScope, layers: Iterable<SiglipLayer>, hidden: string): string {
  let index = 0;
  let result = hidden;
  for (const layer of layers) result = emitLayer({ ...scope, layer, index: index++ }, result);
  if (index !== scope.tower.layers) throw new Error(`A tower of ${scope.tower.layers} layers was given ${index}.`);
  return result;
}

/** Emits the activation of a tower's feed-forward layers. */
export function emitActivation(builder: OnnxModelBuilder, value: string, { activation }: SiglipTower): string {
  return builder.node("Gelu", [value], { attributes: { approximate: activation === "tanh" ? "tanh" : "none" } });
}

interface Scope extends LayerScope {
  layer: SiglipLayer;
  index: number;
}

type LinearName = "query" | "key" | "value" | "attentionOutput" | "up" | "down";

function emitLayer(scope: Scope, hidden: string): string {
  const { builder, tower, layer, index } = scope;
  const epsilon = tower.layerNormEpsilon;
  const normed = emitNorm(builder, hidden, layer.attentionNorm, { name: `${index}.attentionNorm`, epsilon });
  const input = emitInput(scope, normed, "attentionInput");
  const [query, key, value] = (["query", "key", "value"] as const).map((name) => emitOne(scope, input, name)) as [string, string, string];
  const context = emitContext(scope, emitAttention(builder, { query, key, value }, tower));
  const attended = builder.node("Add", [hidden, emitOne(scope, context, "attentionOutput")]);
  const middle = emitNorm(builder, attended, layer.feedForwardNorm, { name: `${index}.feedForwardNorm`, epsilon });
  const wide = emitActivation(builder, emitOne(scope, emitInput(scope, middle, "upInput"), "up"), tower);
  return builder.node("Add", [attended, emitOne(scope, emitInput(scope, wide, "downInput"), "down")]);
}

/** As in bert-graph.ts: with a static format the bytes are moved, a quarter of the floats. */
function emitContext(scope: Scope, context: string): LinearInput {
  const { builder, tower, layer } = scope;
  const merge = (value: string): string => emitMergedHeads(builder, value, tower.hiddenSize);
  if (layer.contextInput.kind !== "static") return emitInput(scope, merge(context), "contextInput");
  const quantised = emitInput(scope, context, "contextInput");
  return { ...quantised, value: merge(quantised.value) };
}

function emitInput(scope: Scope, value: string, site: TapSite): LinearInput {
  const { intermediateSize, hiddenSize } = scope.tower;
  if (scope.hasTaps) emitTaps(scope.builder, value, tapName(scope.index, site), site === "downInput" ? intermediateSize : hiddenSize);
  return emitLinearInput(scope.builder, value, scope.layer[site], `${scope.index}.${site}`);
}

function emitOne({ builder, layer, index }: Scope, input: LinearInput, name: LinearName): string {
  return emitLinear(builder, input, layer[name], `${index}.${name}`);
}
