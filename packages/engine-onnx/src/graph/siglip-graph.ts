import { emitNorm } from "./emit-norm.ts";
import { emitLinear } from "./linear.ts";
import { OnnxModelBuilder } from "./onnx-model.ts";
import type { SiglipConfig, SiglipVisionTower } from "./siglip-config.ts";
import { emitActivation, emitSiglipLayers, type SiglipLayer } from "./siglip-layers.ts";
import type { PoolingHeadWeights, TextEnds, VisionEnds } from "./siglip-weights.ts";
import { emitTableRows, type TokenTable } from "./token-table.ts";

const float = { kind: "float" } as const;

/** Options of both builders. */
export interface SiglipGraphOptions {
  /** Also returns the range of every channel at every site, under the names of `tapName`, for calibration. */
  taps?: boolean;
}

/** The vision tower, ready to be written down. */
export interface VisionTower extends VisionEnds {
  layers: Iterable<SiglipLayer>;
}

/** The text tower, ready to be written down. */
export interface TextTower extends Omit<TextEnds, "words"> {
  words: TokenTable;
  layers: Iterable<SiglipLayer>;
}

/**
 * The graph of the vision tower; input and output as visual-model.ts says. Patches are cut out by reshaping and multiplied
 * as a matrix, which is what the convolution of the original is; they, the head and attention stay in floats.
 * Source of the arithmetic: Zhai et al. 2023 (arXiv:2303.15343), Tschannen et al. 2025 (arXiv:2502.14786) and transformers,
 * models/siglip/modeling_siglip.py.
 */
export function buildVisionGraph({ vision }: SiglipConfig, tower: VisionTower, options: SiglipGraphOptions = {}): OnnxModelBuilder {
  const builder = new OnnxModelBuilder();
  const { imageSize, hiddenSize, layerNormEpsilon: epsilon } = vision;
  const pixels = builder.input("pixel_values", "float32", ["batch", 3, imageSize, imageSize]);
  const inputs = tower.patches.length / hiddenSize;
  const embedded = builder.node("MatMul", [
    emitPatches(builder, pixels, vision),
    builder.constant("patches", "float32", [inputs, hiddenSize], tower.patches),
  ]);
  const positions = [tower.positions.length / hiddenSize, 1, hiddenSize];
  const hidden = builder.node("Add", [embedded, builder.constant("positions", "float32", positions, tower.positions)]);
  const encoded = emitSiglipLayers({ builder, tower: vision, hasTaps: options.taps ?? false }, tower.layers, hidden);
  const patches = emitNorm(builder, encoded, tower.finalNorm, { name: "finalNorm", epsilon });
  emitUnitLength(builder, emitPoolingHead(builder, patches, { tower: vision, head: tower.head }), "image_embeds");
  builder.output("image_embeds", "float32", ["batch", hiddenSize]);
  return builder;
}

/** The graph of the text tower; input and output as visual-model.ts says. Padding is read like any other token. */
export function buildTextGraph({ text, dimensions }: SiglipConfig, tower: TextTower, options: SiglipGraphOptions = {}): OnnxModelBuilder {
  const builder = new OnnxModelBuilder();
  const { positions, hiddenSize, layerNormEpsilon: epsilon } = text;
  const ids = builder.input("input_ids", "int64", ["batch", positions]);
  const rows = emitTableRows(builder, tower.words, builder.node("Transpose", [ids], { attributes: { perm: [1, 0] } }), hiddenSize);
  const places = builder.constant("positions", "float32", [positions, 1, hiddenSize], tower.positions);
  const hidden = builder.node("Add", [rows, places]);
  const encoded = emitSiglipLayers({ builder, tower: text, hasTaps: options.taps ?? false }, tower.layers, hidden);
  // [batch, hiddenSize] of the last token.
  const last = builder.node("Gather", [encoded, builder.constant("last", "int64", [], BigInt64Array.of(BigInt(positions - 1)))], {
    attributes: { axis: 0 },
  });
  const normed = emitNorm(builder, emitTwice(builder, last), tower.finalNorm, { name: "finalNorm", epsilon });
  emitUnitLength(builder, emitLinear(builder, { format: float, value: normed }, tower.head, "head"), "text_embeds");
  builder.output("text_embeds", "float32", ["batch", dimensions]);
  return builder;
}

/** [patches, batch, 3 * patchSize * patchSize], patches row by row. */
function emitPatches(builder: OnnxModelBuilder, pixels: string, { imageSize, patchSize }: SiglipVisionTower): string {
  const side = Math.floor(imageSize / patchSize);
  const used = side * patchSize;
  const bounds = [builder.integers([0, 0]), builder.integers([used, used]), builder.integers([2, 3])];
  const cut = used === imageSize ? pixels : builder.node("Slice", [pixels, ...bounds]);
  const split = builder.node("Reshape", [cut, builder.integers([0, 3, side, patchSize, side, patchSize])]);
  const ordered = builder.node("Transpose", [split], { attributes: { perm: [2, 4, 0, 1, 3, 5] } });
  return builder.node("Reshape", [ordered, builder.integers([side * side, -1, 3 * patchSize * patchSize])]);
}

/** [2, batch, hiddenSize], twice the same, of `patches` [patches, batch, hiddenSize]. */
function emitPoolingHead(
  builder: OnnxModelBuilder,
  patches: string,
  { tower, head }: { tower: SiglipVisionTower; head: PoolingHeadWeights },
): string {
  const { heads, hiddenSize, layerNormEpsilon: epsilon } = tower;
  const rows = builder.node("Transpose", [patches], { attributes: { perm: [1, 0, 2] } });
  const scores = builder.node("MatMul", [rows, builder.constant("head.scores", "float32", [hiddenSize, heads], head.scores)]);
  const byHead = builder.node("Transpose", [scores], { attributes: { perm: [0, 2, 1] } });
  const weights = builder.node("Softmax", [byHead], { attributes: { axis: -1 } });
  // [batch, heads, 1, hiddenSize], and through each head's own values [batch, heads, 1, head size].
  const means = builder.node("Unsqueeze", [builder.node("MatMul", [weights, rows]), builder.integers([2])]);
  const values = builder.constant("head.values", "float32", [heads, hiddenSize, hiddenSize / heads], head.values);
  const context = builder.node("Reshape", [builder.node("MatMul", [means, values]), builder.integers([0, hiddenSize])]);
  const biased = builder.node("Add", [context, builder.constant("head.valueBias", "float32", [hiddenSize], head.valueBias)]);
  const linear = (value: string, name: "output" | "up" | "down"): string =>
    emitLinear(builder, { format: float, value }, head[name], `head.${name}`);
  const attended = linear(emitTwice(builder, biased), "output");
  const wide = emitActivation(builder, linear(emitNorm(builder, attended, head.norm, { name: "head.norm", epsilon }), "up"), tower);
  return builder.node("Add", [attended, linear(wide, "down")]);
}

/**
 * [batch, size] as [2, batch, size]: ONNX Runtime 1.30 computes the product of a single row in another way than one of
 * several, and a batch of one must give the bytes of any other.
 */
function emitTwice(builder: OnnxModelBuilder, value: string): string {
  const row = builder.node("Unsqueeze", [value, builder.integers([0])]);
  return builder.node("Concat", [row, row], { attributes: { axis: 0 } });
}

/** The first of [2, batch, size], divided by its length: [batch, size]. */
function emitUnitLength(builder: OnnxModelBuilder, value: string, output: string): void {
  const first = builder.node("Gather", [value, builder.constant("first", "int64", [], BigInt64Array.of(0n))], { attributes: { axis: 0 } });
  const norm = builder.node("ReduceL2", [first, builder.integers([1])], { attributes: { keepdims: 1 } });
  builder.node("Div", [first, builder.node("Max", [norm, builder.float("tiny_norm", 1e-12)])], { outputs: [output] });
}
