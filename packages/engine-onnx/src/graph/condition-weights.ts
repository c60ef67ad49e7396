import type { ActivationRanges } from "./activation-ranges.ts";
import type { BertConfig } from "./bert-config.ts";
import type { BertLayerWeights, BertWeights, LinearWeights, NormWeights } from "./bert-weights.ts";
import { copyLinear, copyNorm, peakOf, shiftNorm, shiftOutput, toShift, unshiftInput } from "./channel-shift.ts";
import { splitNeurons } from "./split-neurons.ts";

/** A layer that computes what it did before, with inputs that eight bits can hold. */
export interface ConditionedLayer extends BertLayerWeights {
  /** The residual path multiplies by these to get its true size back. */
  attentionResidualScale: Float32Array;
  outputResidualScale: Float32Array;
  /** Largest magnitude at each site after the shift; for downInput the largest value, NaN when nothing is cut. */
  peaks: { attentionInput: number; contextInput: number; upInput: number; downInput: number };
}

/** Weights of an encoder whose outputs are the same and whose linear layers read evenly sized values around 0. */
export interface ConditionedWeights {
  words: Float32Array;
  positions: Float32Array;
  embeddingNorm: NormWeights;
  layers: readonly ConditionedLayer[];
  /** With the largest magnitude it reads. */
  head?: { linear: LinearWeights; peak: number };
}

/** Options of {@link conditionWeights}. */
export interface ConditionOptions {
  /** What every channel reaches in the unchanged encoder. */
  ranges: ActivationRanges;
  /** How much more than that is to be covered, as a factor. */
  margin: number;
  /** Whether values beyond the range of a site are cut, as a static scale does; only then may neurons be split. */
  isSaturating: boolean;
}

/**
 * Rewrites an encoder for eight-bit inputs without changing what it computes.
 *
 * - LayerNorm outputs and attention contexts get each channel's middle subtracted and are divided by the square root of
 *   its relative size. Both are free: LayerNorm's gamma and beta (for the context the value projection) take them in,
 *   the layers that read the result take them back out, and what the residual path lacks goes into the bias of the sum
 *   it meets and into one multiplication.
 * - Neurons with large values are repeated, see split-neurons.ts.
 *
 * Measured on all-MiniLM-L6-v2, static scales, smallest cosine against float over 240 texts: 0.927 without any of it,
 * 0.966 with the middles, 0.978 with the sizes too, 0.990 with the copies as well.
 */
export function conditionWeights(
  config: BertConfig,
  weights: BertWeights,
  { ranges, margin, isSaturating }: ConditionOptions,
): ConditionedWeights {
  const embeddingNorm = copyNorm(weights.embeddingNorm);
  let inputNorm = embeddingNorm;
  const layers = weights.layers.map((original, index): ConditionedLayer => {
    const range = ranges.layers[index] as ActivationRanges["layers"][number];
    const query = copyLinear(original.query);
    const key = copyLinear(original.key);
    const value = copyLinear(original.value);
    const attentionOutput = copyLinear(original.attentionOutput);
    const attentionNorm = copyNorm(original.attentionNorm);
    const outputNorm = copyNorm(original.outputNorm);

    const attentionShift = toShift(range.attentionInput);
    shiftNorm(inputNorm, attentionShift);
    for (const linear of [query, key, value]) unshiftInput(linear, attentionShift);
    addInPlace(attentionOutput.bias, attentionShift.centre);

    const contextShift = toShift(range.contextInput);
    shiftOutput(value, contextShift);
    unshiftInput(attentionOutput, contextShift);

    const upShift = toShift(range.upInput);
    shiftNorm(attentionNorm, upShift);
    const wide = copyLinear(original.up);
    unshiftInput(wide, upShift);
    const narrow = copyLinear(original.down);
    const { up, down, peak } = isSaturating
      ? splitNeurons({ up: wide, down: narrow }, range.downInput.maximum, margin)
      : { up: wide, down: narrow, peak: NaN };
    addInPlace(down.bias, upShift.centre);

    inputNorm = outputNorm;
    const peaks = {
      attentionInput: peakOf(range.attentionInput, attentionShift),
      contextInput: peakOf(range.contextInput, contextShift),
      upInput: peakOf(range.upInput, upShift),
      downInput: peak,
    };
    return {
      query,
      key,
      value,
      attentionOutput,
      attentionNorm,
      up,
      down,
      outputNorm,
      attentionResidualScale: attentionShift.scale,
      outputResidualScale: upShift.scale,
      peaks,
    };
  });
  if (layers.length !== config.layers) throw new Error("The weights have another number of layers than the configuration.");
  const unheaded = { words: weights.words, positions: weights.positions, embeddingNorm, layers };
  if (weights.head === undefined || ranges.head === undefined) return unheaded;
  const linear = copyLinear(weights.head);
  const shift = toShift(ranges.head);
  shiftNorm(inputNorm, shift);
  unshiftInput(linear, shift);
  return { ...unheaded, head: { linear, peak: peakOf(ranges.head, shift) } };
}

function addInPlace(target: Float32Array, addend: Float32Array): void {
  for (let index = 0; index < target.length; index++) target[index] = (target[index] as number) + (addend[index] as number);
}
