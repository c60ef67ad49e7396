import type { ActivationRange } from "./activation-ranges.ts";
import type { LinearWeights, NormWeights } from "./bert-weights.ts";

/** Per channel, what eight bits hold better than the value itself: (value - centre) / scale. */
export interface ChannelShift {
  centre: Float32Array;
  scale: Float32Array;
}

/** Half of the difference moves into the weights, half stays: the middle of SmoothQuant (Xiao et al. 2022, arXiv:2211.10438). */
const migration = 0.5;

/** Each channel's middle, and the square root of its size relative to the median channel's. */
export function toShift({ minimum, maximum }: ActivationRange): ChannelShift {
  const half = maximum.map((value, channel) => (value - (minimum[channel] as number)) / 2);
  const median = half.toSorted()[half.length >> 1] || 1;
  return {
    centre: maximum.map((value, channel) => (value + (minimum[channel] as number)) / 2),
    scale: half.map((value) => Math.max(1e-3, (value / median) ** migration)),
  };
}

/** Largest magnitude of all channels after the shift. */
export function peakOf({ minimum, maximum }: ActivationRange, { scale }: ChannelShift): number {
  return maximum.reduce(
    (peak, value, channel) => Math.max(peak, (value - (minimum[channel] as number)) / 2 / (scale[channel] as number)),
    1e-6,
  );
}

/** The norm gives (y - centre) / scale where it gave y. */
export function shiftNorm({ gamma, beta }: NormWeights, { centre, scale }: ChannelShift): void {
  for (let channel = 0; channel < gamma.length; channel++) {
    gamma[channel] = (gamma[channel] as number) / (scale[channel] as number);
    beta[channel] = ((beta[channel] as number) - (centre[channel] as number)) / (scale[channel] as number);
  }
}

/** The layer gives (y - centre) / scale where it gave y. */
export function shiftOutput({ outputs, weight, bias }: LinearWeights, { centre, scale }: ChannelShift): void {
  for (let index = 0; index < weight.length; index++) weight[index] = (weight[index] as number) / (scale[index % outputs] as number);
  for (let column = 0; column < outputs; column++)
    bias[column] = ((bias[column] as number) - (centre[column] as number)) / (scale[column] as number);
}

/** The layer reads (x - centre) / scale where it read x. */
export function unshiftInput({ inputs, outputs, weight, bias }: LinearWeights, { centre, scale }: ChannelShift): void {
  for (let row = 0; row < inputs; row++) {
    for (let column = 0; column < outputs; column++) {
      const index = row * outputs + column;
      const value = weight[index] as number;
      bias[column] = (bias[column] as number) + (centre[row] as number) * value;
      weight[index] = value * (scale[row] as number);
    }
  }
}

/** A norm that may be changed without changing the original. */
export function copyNorm({ gamma, beta }: NormWeights): NormWeights {
  return { gamma: gamma.slice(), beta: beta.slice() };
}

/** A linear layer that may be changed without changing the original. */
export function copyLinear(linear: LinearWeights): LinearWeights {
  return { ...linear, weight: linear.weight.slice(), bias: linear.bias.slice() };
}
