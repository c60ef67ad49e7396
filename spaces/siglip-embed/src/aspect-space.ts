import type { AspectVector } from "@repo/contracts/visual-embedding";
import { addScaled, projectOnto, toOrthonormalBasis } from "./orthonormal-basis.ts";
import { dot } from "./unit-vector.ts";

/** What one aspect looks like inside the model's space. */
export interface AspectSpace {
  words: readonly string[];
  /** The mean of the words' vectors: float32 [dimensions]. */
  centre: Float32Array;
  /** Each word's vector less that mean: float32 [dimensions], not of length 1. */
  directions: readonly Float32Array[];
  /** What the directions span. */
  basis: readonly Float32Array[];
  /** The model's own factor of a cosine in a logit. */
  logitScale: number;
}

/** Vectors of images lie elsewhere than vectors of texts, in every model of this kind. */
export type Modality = "image" | "text";

/**
 * How sharply the mixture takes the words that fit over those that fit less: the factor of cosines before the softmax. Of 5, 10
 * and 20 this one does best for all aspects together, half mixture and half projection.
 * @source models/pocket-siglip/README.md, "Aspects"
 */
const sharpness = 10;

/** Share of the mixture; the rest is the projection. From 0.3 to 0.6 every aspect finds its own better than the image's vector. */
const mixtureShare = 0.5;

/** Below this a vector is what rounding left. */
const shortest = 1e-6;

/**
 * The words' vectors less their mean. What all words of an aspect have in common (that it is a text, that it is a colour)
 * says nothing about an image, and is most of each vector: without it two colours are far apart, with it they look alike.
 * @param vectors one per word, float32 [dimensions] of length 1
 * @param logitScale the model's own
 */
export function createAspectSpace(words: readonly string[], vectors: readonly Float32Array[], logitScale: number): AspectSpace {
  const centre = toMean(vectors);
  const directions = vectors.map((vector) => less(vector, centre));
  return { words, centre, directions, basis: toOrthonormalBasis(directions), logitScale };
}

/**
 * An aspect of an image or a text, of length 1: half the mean of the aspect's words, each as much as it fits (softmax), half the
 * vector's own part in the span of those words. The mixture names what is there; the projection keeps what lies between words
 * or has none. All of it lies among the words of the aspect.
 *
 * Of a text the mean of the words is taken off before the projection, which otherwise says that it is a text.
 * The original's specialised vectors added one constant text vector to each image's, and so all stayed the image's.
 * @param vector float32 [dimensions] of length 1
 * @param options.topLabels words to name, best first
 */
export function toAspectVector(
  { words, centre, directions, basis, logitScale }: AspectSpace,
  vector: Float32Array,
  { modality, topLabels }: { modality: Modality; topLabels: number },
): AspectVector {
  const products = directions.map((direction) => dot(vector, direction));
  const cosines = directions.map((direction, index) => (products[index] as number) / Math.sqrt(dot(direction, direction)));
  const shares = softmax(cosines.map((cosine) => cosine * sharpness));
  const mixture = new Float32Array(vector.length);
  for (const [index, direction] of directions.entries()) addScaled(mixture, direction, shares[index] as number);
  const projection = projectOnto(basis, modality === "text" ? less(vector, centre) : vector);
  const blend = new Float32Array(vector.length);
  addScaled(blend, toUnitOrZero(mixture), mixtureShare);
  addScaled(blend, toUnitOrZero(projection), 1 - mixtureShare);
  // Between words the model's own scale decides; what all of them have in common does not change a softmax.
  const scores = softmax(products.map((product) => product * logitScale));
  const labels = words.map((label, index) => ({ label, score: scores[index] as number })).toSorted((a, b) => b.score - a.score);
  return { vector: toUnitOrZero(blend), labels: labels.slice(0, topLabels) };
}

/** The mean of vectors of the same length. */
export function toMean(vectors: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) addScaled(mean, vector, 1 / vectors.length);
  return mean;
}

function less(vector: Float32Array, other: Float32Array): Float32Array {
  return vector.map((value, at) => value - (other[at] as number));
}

/** Length 1, or all zeros: words that all fit alike cancel each other out. */
function toUnitOrZero(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  return length > shortest ? vector.map((value) => value / length) : new Float32Array(vector.length);
}

function softmax(values: readonly number[]): number[] {
  const largest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
