import type { ActivationRanges } from "./activation-ranges.ts";
import type { Encoder, EncoderLayer } from "./bert-graph.ts";
import type { BertConfig } from "./bert-config.ts";
import type { BertWeights, LinearWeights } from "./bert-weights.ts";
import { conditionWeights, type ConditionedLayer } from "./condition-weights.ts";
import type { InputFormat, QuantisedLinear } from "./linear.ts";
import type { TokenTable } from "./token-table.ts";

/** Options of {@link quantiseEncoder}. */
export interface QuantiseOptions {
  precision: "int8-row" | "int8-static";
  /** What every channel reaches, from {@link measureActivationRanges}. */
  ranges: ActivationRanges;
  /**
   * 8 by default. 7 (codes from -63 to 63) where the CPU has no VNNI: its AVX2 kernel adds two products of a byte and a
   * code in 16 bits, and 255 * 127 * 2 does not fit while 255 * 63 * 2 does.
   */
  weightBits?: 7 | 8;
  /** Form of the token table; floats by default. */
  words?: TokenTable;
}

/** Room above the largest value that calibration saw, as a factor; beyond it values of a static scale saturate. */
export const rangeMargin = 1.15;
/** Smallest value of GELU, near x = -0.7518. */
const geluMinimum = -0.17;

/** The encoder with eight-bit linear layers; everything else (attention, softmax, GELU, norms) stays in floats. */
export function quantiseEncoder(config: BertConfig, weights: BertWeights, options: QuantiseOptions): Encoder {
  const conditioned = conditionWeights(config, weights, {
    ranges: options.ranges,
    margin: rangeMargin,
    isSaturating: options.precision === "int8-static",
  });
  return {
    config,
    words: options.words ?? { kind: "float32", values: weights.words },
    positions: weights.positions,
    embeddingNorm: conditioned.embeddingNorm,
    layers: conditioned.layers.map((layer) => quantiseLayer(layer, options)),
    ...(conditioned.head && {
      head: {
        input: centredFormat(options.precision, conditioned.head.peak),
        linear: quantiseLinear(conditioned.head.linear, options.weightBits ?? 8),
      },
    }),
  };
}

/** For values that reach from -`peak` to `peak`. */
export function centredFormat(precision: QuantiseOptions["precision"], peak: number): InputFormat {
  return precision === "int8-row" ? { kind: "row" } : { kind: "static", scale: (peak * rangeMargin) / 127, zeroPoint: 128 };
}

/** For what a GELU gives; a static scale saturates at `peak`. */
export function geluFormat(precision: QuantiseOptions["precision"], peak: number): InputFormat {
  if (precision === "int8-row") return { kind: "row", minimum: geluMinimum };
  const scale = (peak - geluMinimum) / 255;
  return { kind: "static", scale, zeroPoint: Math.round(-geluMinimum / scale) };
}

function quantiseLayer(layer: ConditionedLayer, { precision, weightBits = 8 }: QuantiseOptions): EncoderLayer {
  const { peaks } = layer;
  const centred = (peak: number): InputFormat => centredFormat(precision, peak);
  const linear = (weights: LinearWeights): QuantisedLinear => quantiseLinear(weights, weightBits);
  return {
    ...layer,
    attentionInput: centred(peaks.attentionInput),
    query: linear(layer.query),
    key: linear(layer.key),
    value: linear(layer.value),
    contextInput: centred(peaks.contextInput),
    attentionOutput: linear(layer.attentionOutput),
    upInput: centred(peaks.upInput),
    up: linear(layer.up),
    downInput: geluFormat(precision, peaks.downInput),
    down: linear(layer.down),
  };
}

/** Symmetric, one scale per output column, from -127 to 127 (or -63 to 63). */
export function quantiseLinear({ inputs, outputs, weight, bias }: LinearWeights, bits: 7 | 8): QuantisedLinear {
  const largest = bits === 8 ? 127 : 63;
  const scales = new Float32Array(outputs);
  for (let index = 0; index < weight.length; index++)
    scales[index % outputs] = Math.max(scales[index % outputs] as number, Math.abs(weight[index] as number) / largest);
  const codes = new Int8Array(weight.length);
  for (let index = 0; index < weight.length; index++) {
    // The scale is rounded to 32 bits, so a quotient can exceed the largest code by a hair.
    const code = Math.round((weight[index] as number) / (scales[index % outputs] || 1));
    codes[index] = Math.max(-largest, Math.min(largest, code));
  }
  return { inputs, outputs, codes, scales: scales.map((scale) => scale || 1), bias };
}
