import type { LinearWeights } from "./bert-weights.ts";

/** This many channels of the feed-forward layer may exceed what eight bits cover, and are split. */
const splitChannels = 8;
/** At most this many neurons are added per layer (1536 + 64 is 4 % more work; usual are 16). */
const maxAddedNeurons = 64;
/** The kernels compute columns sixteen at a time. */
const columnBlock = 16;

/** A feed-forward layer. */
export interface FeedForward {
  up: LinearWeights;
  down: LinearWeights;
}

/**
 * A feed-forward layer that computes the same when its inner values saturate. A GELU's large values come from a few
 * neurons. Each of these is repeated with its bias lowered by one, two, .. ranges: every copy saturates where the next
 * one begins, so that together they reach further with the same step.
 * @param maximum largest value of every neuron
 * @param margin how much more than that is to be covered, as a factor
 * @returns the layer with the copies, and the `peak` where every neuron may saturate
 */
export function splitNeurons({ up, down }: FeedForward, maximum: Float32Array, margin: number): FeedForward & { peak: number } {
  const descending = maximum.toSorted().toReversed();
  let rank = Math.min(splitChannels, descending.length - 1);
  let peak = Math.max(descending[rank] as number, 0.1);
  let copies = listCopies(maximum, peak, margin);
  while (copies.length > maxAddedNeurons && rank > 0) {
    rank -= 1;
    peak = Math.max(descending[rank] as number, 0.1);
    copies = listCopies(maximum, peak, margin);
  }
  if (copies.length > maxAddedNeurons) return { up, down, peak: (descending[0] as number) * margin };
  const added = Math.ceil(copies.length / columnBlock) * columnBlock;
  const width = up.outputs + added;
  const wide: LinearWeights = {
    inputs: up.inputs,
    outputs: width,
    weight: new Float32Array(up.inputs * width),
    bias: new Float32Array(width),
  };
  const tall: LinearWeights = { inputs: width, outputs: down.outputs, weight: new Float32Array(width * down.outputs), bias: down.bias };
  for (let row = 0; row < up.inputs; row++) {
    wide.weight.set(up.weight.subarray(row * up.outputs, (row + 1) * up.outputs), row * width);
    for (const [index, { neuron }] of copies.entries())
      wide.weight[row * width + up.outputs + index] = up.weight[row * up.outputs + neuron] as number;
  }
  wide.bias.set(up.bias);
  tall.weight.set(down.weight);
  for (const [index, { neuron, lowered }] of copies.entries()) {
    wide.bias[up.outputs + index] = (up.bias[neuron] as number) - lowered;
    tall.weight.set(down.weight.subarray(neuron * down.outputs, (neuron + 1) * down.outputs), (up.outputs + index) * down.outputs);
  }
  return { up: wide, down: tall, peak };
}

function listCopies(maximum: Float32Array, peak: number, margin: number): { neuron: number; lowered: number }[] {
  return Array.from(maximum).flatMap((value, neuron) => {
    const count = value > peak ? Math.ceil((value * margin) / peak) - 1 : 0;
    return Array.from({ length: Math.min(count, maxAddedNeurons + 1) }, (_, index) => ({ neuron, lowered: (index + 1) * peak }));
  });
}
