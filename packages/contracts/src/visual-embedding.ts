/** Turning images and texts into vectors of one space, and what follows from it: zero-shot labels, similarity, aspects. */
import { z } from "zod";
import type { CallContext } from "./call-context.ts";
import type { TruncatedInput } from "./embed-text.ts";
import type { HostedService } from "./hosted-service.ts";
import type { ModelIdentity } from "./model-info.ts";
import type { UploadedFile } from "./uploaded-file.ts";

/** Most images one request may carry. @source Infinity's limit for media; the original sends 10 */
export const maxImagesPerRequest = 32;

/** Most labels of one classification. */
export const maxLabelsPerRequest = 1000;

/** What of a material an image can be compared by, besides everything at once. @source the original's specialised vectors */
export const aspects = ["color", "texture", "material", "style"] as const;

/** One of {@link aspects}. */
export type Aspect = (typeof aspects)[number];

const share = z.number().min(0).max(1);

/** A label and how well it fits. */
export const labelScore = z.object({
  label: z.string().describe("The label."),
  score: share.describe("How well it fits, 0 to 1."),
});

/** See {@link labelScore}. */
export type LabelScore = z.infer<typeof labelScore>;

/** A label's score with the number it comes from. */
export const labelLogit = labelScore.extend({
  score: share.describe("sigmoid(logit): labels are judged one by one, so the scores of an image need not sum to 1."),
  logit: z.number().describe("logit_scale * cosine + logit_bias, with the model's own scale and bias."),
});

/** See {@link labelLogit}. */
export type LabelLogit = z.infer<typeof labelLogit>;

/** Where the time of a call went, milliseconds; absent parts were not measured. */
export interface VisualTimings {
  /** Decoding and resizing the images. */
  decodeMs?: number;
  tokenizeMs?: number;
  queueMs?: number;
  inferenceMs?: number;
}

/** Vectors of images. */
export interface ImageVectors {
  identity: ModelIdentity;
  /** One per image, in order: float32 [dimensions] of length 1. */
  vectors: Float32Array[];
  timings: VisualTimings;
}

/** Vectors of texts, in the same space as those of images. */
export interface TextVectors {
  identity: ModelIdentity;
  /** One per text, in order: float32 [dimensions] of length 1. */
  vectors: Float32Array[];
  /** Tokens per text, its end token included, padding not. */
  tokenCounts: number[];
  /** Texts that were longer than the model reads; their rest was ignored. */
  truncated: TruncatedInput[];
  timings: VisualTimings;
}

/** Labels of images. */
export interface Classifications {
  identity: ModelIdentity;
  /** Per image all labels, best first. */
  images: LabelLogit[][];
  timings: VisualTimings;
}

/** One aspect of one image or text. */
export interface AspectVector {
  /**
   * float32 [dimensions] of length 1, comparable with vectors of the same aspect, model and aspectRevision only. All zeros
   * for a text that says nothing about the aspect.
   */
  vector: Float32Array;
  /** The aspect's words that fit best, best first; the scores of all its words sum to 1. */
  labels: LabelScore[];
}

/** An image or a text with its aspects. */
export interface AspectItem {
  /** The vector of embedImages or embedTexts: float32 [dimensions] of length 1. */
  vector: Float32Array;
  aspects: Record<Aspect, AspectVector>;
}

/** Answer of embedAspects and embedTextAspects. */
export interface AspectVectors {
  identity: ModelIdentity;
  /** Hash of the words and the method that aspect vectors come from: vectors of two revisions are not comparable. */
  aspectRevision: string;
  /** One per image or text, in order. */
  items: AspectItem[];
  timings: VisualTimings;
}

/** Options of embedAspects and embedTextAspects. */
export interface AspectOptions {
  /** Labels per aspect, 0 to 50. Default 5. */
  topLabels?: number | undefined;
}

/** What is to be classified, and as what. */
export interface ClassifyOptions {
  /** Sentence around each label, with {} for the label. Default "{}": the label alone. */
  template?: string | undefined;
}

/** Facts about the served model. */
export interface VisualModelInfo extends ModelIdentity {
  /** Side of the square that images are resized to, pixels. */
  imageSize: number;
  /** Longest text in tokens, its end token included. */
  maxTokens: number;
  /** Factor of a cosine in a logit; the exponential is already taken. */
  logitScale: number;
  logitBias: number;
  /** fp32 or int8. */
  precision: string;
  aspectRevision: string;
  /** The words of each aspect. */
  aspectLabels: Record<Aspect, string[]>;
}

/**
 * The capability "turn images and texts into vectors of one space". A Space implements it with a model, client-kit with a
 * URL; an app cannot tell them apart. All vectors have length 1. A call is all or nothing: the error of an image that
 * cannot be read carries its position as details.index, and details.reason (truncated, broken, encrypted ...).
 *
 * All methods throw CodedError: invalid_request (nothing to embed, broken image), unsupported_media_type (not an image of
 * a kind that is read), payload_too_large (too many images or texts, bytes or pixels over the limit), overloaded,
 * deadline_exceeded, cancelled, inference_failed, model_unavailable (and, from a client, what the Space answered).
 */
export interface VisualEmbedder {
  /** The model's facts. A client asks the Space once and remembers. */
  info(context?: CallContext): Promise<VisualModelInfo>;
  /** @param images JPEG, PNG, WebP, GIF, TIFF or BMP; a Space takes up to 32, a client any number */
  embedImages(images: readonly UploadedFile[], context?: CallContext): Promise<ImageVectors>;
  embedTexts(texts: readonly string[], context?: CallContext): Promise<TextVectors>;
  /** Every label's probability for every image, judged one by one. */
  classify(
    images: readonly UploadedFile[],
    labels: readonly string[],
    options?: ClassifyOptions,
    context?: CallContext,
  ): Promise<Classifications>;
  /** Vectors and labels of colour, texture, material and style, beside the vector of the whole image. */
  embedAspects(images: readonly UploadedFile[], options?: AspectOptions, context?: CallContext): Promise<AspectVectors>;
  /** The same for texts, to search images by an aspect with words. */
  embedTextAspects(texts: readonly string[], options?: AspectOptions, context?: CallContext): Promise<AspectVectors>;
}

/** What a Space with a visual model is, and what an app loads in its place. */
export type VisualService = VisualEmbedder & HostedService;
