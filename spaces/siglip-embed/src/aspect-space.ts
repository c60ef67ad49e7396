import type { AspectVector } from "@repo/contracts/visual-embedding";
import { dot } from "./unit-vector.ts";

/** What one aspect looks like inside the model's space. */
export interface AspectSpace {
  words: readonly string[];
  /** Each word's vector less the mean of all words: float32 [dimensions], not of length 1. */
  directions: readonly Float32Array[];
  /** The model's own factor of a cosine in a logit. */
  logitScale: number;
}

/**
 * How sharply an aspect vector takes the words that fit over those that fit less: the factor of cosines before the softmax.
 * Of 10, 20, 30 and 60 the softest finds most pictures of the same value among 800 of combinations that no training saw, for
 * every aspect: a hard choice of one word loses what lies between two.
 * @source models/pocket-siglip/reports/pocket-siglip.json, mixtures
 */
const sharpness = 10;

/** Below this a mixture is what rounding left. */
const shortestMixture = 1e-6;

/**
 * The words' vectors less their mean. What all words of an aspect have in common (that it is a text, that it is a colour)
 * says nothing about an image, and is most of each vector: without it two colours are far apart, with it they look alike.
 * @param vectors one per word, float32 [dimensions] of length 1
 * @param logitScale the model's own
 */
export function createAspectSpace(words: readonly string[], vectors: readonly Float32Array[], logitScale: number): AspectSpace {
  const mean = toMean(vectors);
  return { words, logitScale, directions: vectors.map((vector) => vector.map((value, at) => value - (mean[at] as number))) };
}

/**
 * An aspect of an image or a text: the mean of the aspect's words, each as much as it fits (softmax), scaled to length 1. It
 * lies among the words of the aspect, so nothing else about the image is left in it.
 *
 * The original's specialised vectors added one constant text vector to each image's, and so all stayed the image's.
 * @param vector float32 [dimensions] of length 1
 * @param topLabels words to name, best first
 */
export function toAspectVector({ words, directions, logitScale }: AspectSpace, vector: Float32Array, topLabels: number): AspectVector {
  const products = directions.map((direction) => dot(vector, direction));
  const cosines = directions.map((direction, index) => (products[index] as number) / Math.sqrt(dot(direction, direction)));
  const shares = softmax(cosines.map((cosine) => cosine * sharpness));
  const mixture = new Float32Array(vector.length);
  for (const [index, direction] of directions.entries()) {
    const share = shares[index] as number;
    for (let at = 0; at < mixture.length; at += 1) mixture[at] = (mixture[at] as number) + share * (direction[at] as number);
  }
  // Between words the model's own scale decides; what all of them have in common does not change a softmax.
  const scores = softmax(products.map((product) => product * logitScale));
  const labels = words.map((label, index) => ({ label, score: scores[index] as number })).toSorted((a, b) => b.score - a.score);
  const length = Math.sqrt(dot(mixture, mixture));
  // Words that all fit alike cancel each other out.
  const unit = length > shortestMixture ? mixture.map((value) => value / length) : new Float32Array(mixture.length);
  return { vector: unit, labels: labels.slice(0, topLabels) };
}

/** The mean of vectors of the same length. */
export function toMean(vectors: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(vectors[0]?.length ?? 0);
  for (const vector of vectors)
    for (let at = 0; at < mean.length; at += 1) mean[at] = (mean[at] as number) + (vector[at] as number) / vectors.length;
  return mean;
}

function softmax(values: readonly number[]): number[] {
  const largest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
