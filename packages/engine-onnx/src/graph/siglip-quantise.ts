import type { ActivationRange, TapSite } from "./activation-ranges.ts";
import { copyLinear, copyNorm, peakOf, shiftNorm, shiftOutput, toShift, unshiftInput } from "./channel-shift.ts";
import { centredFormat, geluFormat, quantiseLinear, rangeMargin } from "./quantise.ts";
import type { SiglipLayer } from "./siglip-layers.ts";
import type { SiglipLayerWeights } from "./siglip-weights.ts";
import { splitNeurons } from "./split-neurons.ts";

/** Options of {@link quantiseSiglipLayer}. */
export interface QuantiseSiglipOptions {
  precision: "int8-row" | "int8-static";
  /** What every channel of this layer reaches, from `measureActivationRanges`. */
  ranges: Readonly<Record<TapSite, ActivationRange>>;
  /** See quantise.ts; 8 by default. */
  weightBits?: 7 | 8;
}

/** The layer in floats throughout. */
export function toFloatSiglipLayer(weights: SiglipLayerWeights): SiglipLayer {
  const float = { kind: "float" } as const;
  return { ...weights, attentionInput: float, contextInput: float, upInput: float, downInput: float };
}

/**
 * The layer with eight-bit products, its channels evened out as condition-weights.ts does it for BERT. It is simpler here:
 * a norm's output goes nowhere but into the products that take the shift back out.
 */
export function quantiseSiglipLayer(weights: SiglipLayerWeights, options: QuantiseSiglipOptions): SiglipLayer {
  const { precision, ranges, weightBits = 8 } = options;
  const attentionShift = toShift(ranges.attentionInput);
  const attentionNorm = copyNorm(weights.attentionNorm);
  shiftNorm(attentionNorm, attentionShift);
  const query = copyLinear(weights.query);
  const key = copyLinear(weights.key);
  const value = copyLinear(weights.value);
  for (const linear of [query, key, value]) unshiftInput(linear, attentionShift);

  const contextShift = toShift(ranges.contextInput);
  shiftOutput(value, contextShift);
  const attentionOutput = copyLinear(weights.attentionOutput);
  unshiftInput(attentionOutput, contextShift);

  const upShift = toShift(ranges.upInput);
  const feedForwardNorm = copyNorm(weights.feedForwardNorm);
  shiftNorm(feedForwardNorm, upShift);
  const wide = copyLinear(weights.up);
  unshiftInput(wide, upShift);
  const { up, down, peak } =
    precision === "int8-static"
      ? splitNeurons({ up: wide, down: weights.down }, ranges.downInput.maximum, rangeMargin)
      : { up: wide, down: weights.down, peak: NaN };

  return {
    attentionNorm,
    attentionInput: centredFormat(precision, peakOf(ranges.attentionInput, attentionShift)),
    query: quantiseLinear(query, weightBits),
    key: quantiseLinear(key, weightBits),
    value: quantiseLinear(value, weightBits),
    contextInput: centredFormat(precision, peakOf(ranges.contextInput, contextShift)),
    attentionOutput: quantiseLinear(attentionOutput, weightBits),
    feedForwardNorm,
    upInput: centredFormat(precision, peakOf(ranges.upInput, upShift)),
    up: quantiseLinear(up, weightBits),
    downInput: geluFormat(precision, peak),
    down: quantiseLinear(down, weightBits),
  };
}
