/**
 * What a model of images and texts in one space is, as data, and what a folder that is ready to serve it holds. No code
 * lives here: a Space declares its model in model.ts, prepare-visual-model.ts makes the folder, workers read it.
 *
 * A prepared folder, that of a committed pocket model too:
 * - `vision.onnx`: `pixel_values` float32 [batch, 3, size, size], normalised as `image` says -> `image_embeds` float32
 *   [batch, dimensions], of length 1;
 * - `text.onnx`: `input_ids` int64 [batch, length], padded as `text` says -> `text_embeds` float32 [batch, dimensions], of
 *   length 1;
 * - their weights beside them where they are large (`vision.onnx.data`, `text.onnx.data`);
 * - `tokenizer.json`, and `model.json`: a {@link VisualManifest}.
 */
import type { ModelFile, Precision, PreparedFile } from "../text-model.ts";

/** How an image becomes the tower's input: resized to a square without cropping, then (value / 255 - mean) / std by colour. */
export interface VisualImageFacts {
  /** Side of the square, pixels. */
  size: number;
  /** Red, green, blue. */
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
  /** Filter of the resizing, with antialiasing as Pillow does it. */
  resample: "bilinear" | "bicubic";
}

/** How a text becomes the tower's input. */
export interface VisualTextFacts {
  /** Tokens of every text: longer ones are cut before their end token, shorter ones padded at the end. */
  length: number;
  /** Token of the padding. */
  padId: number;
  /** Texts are lower-cased first: SigLIP 2 was trained so. */
  isLowercase: boolean;
}

/** Facts about a model of the Hub that a Space can serve, declared in its model.ts. */
export interface VisualModel {
  /** Name in answers, e.g. "google/siglip2-so400m-patch14-384". */
  id: string;
  /** Repository on the Hub ("owner/name"). */
  repository: string;
  /** Commit of the repository. */
  revision: string;
  /** Length of every vector. */
  dimensions: number;
  image: VisualImageFacts;
  text: VisualTextFacts;
  /** SPDX name of the weights' licence. */
  licence: string;
  /** Page the facts were read from. */
  source: string;
  /** Files the model is made from: config.json, tokenizer.json and model.safetensors. */
  files: readonly ModelFile[];
}

/** What lies in a prepared folder as model.json, in the words of its JSON. */
export interface VisualManifest {
  name: string;
  /** Commit of the repository; absent in a folder whose weights are their own origin, which are then named by their hash. */
  revision?: string;
  dimensions: number;
  image: { size: number; mean: number[]; std: number[]; resample: string };
  text: { length: number; pad_id: number; lowercase: boolean };
  /** Factor of a cosine in a logit; the exponential is already taken. */
  logit_scale: number;
  logit_bias: number;
  precision?: Precision;
  licence?: string;
  source?: string;
  /** Those of this folder. */
  files: ModelFile[];
}

/** A folder with everything the workers need. */
export interface PreparedVisualModel {
  id: string;
  revision: string;
  dimensions: number;
  image: VisualImageFacts;
  text: VisualTextFacts;
  /** What makes a probability of a cosine: sigmoid(logitScale * cosine + logitBias). */
  logitScale: number;
  logitBias: number;
  precision: Precision;
  directory: string;
  visionPath: string;
  textPath: string;
  tokenizerPath: string;
  files: readonly PreparedFile[];
}
