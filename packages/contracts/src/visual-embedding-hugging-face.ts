/**
 * What Hugging Face's clients send to a model of images and texts: an image as the whole body (as the original app does), a
 * zero-shot classification, or something to embed. The body says which is meant.
 * @source https://huggingface.co/docs/inference-providers/tasks/zero-shot-image-classification, @huggingface/inference 4
 */
import { z } from "zod";
import { huggingFaceTaskPaths } from "./hugging-face.ts";
import { defineRoute } from "./route.ts";
import { fileField } from "./uploaded-file.ts";
import { labelScore } from "./visual-embedding.ts";

/** An image as JSON: base64, a data URL or, where the Space allows it, a web address; alone or as {"image": ...}. */
const imageText = z.string().min(1);

/** Something to embed. Text that is a data URL, or base64 of an image, is an image. */
const embeddable = z.union([imageText, z.object({ image: imageText }), z.object({ text: z.string() })]);

/** The body is the image. */
export const imageFeaturesRequest = z.object({
  file: fileField("The image itself as the body: JPEG, PNG, WebP, GIF, TIFF or BMP."),
});

/** One vector for one input, a list for a list. */
export const visualFeaturesRequest = z.object({
  inputs: z
    .union([embeddable, z.array(embeddable).min(1)], {
      error: "inputs must be a text, an image as base64 or data URL, or a list of these.",
    })
    .describe('A text, an image as base64 or data URL, {"image": ...} or {"text": ...}, or a list of these.'),
});

/** Labels for one image. */
export const zeroShotImageRequest = z.object({
  inputs: z.union([imageText, z.object({ image: imageText })]).describe('The image as base64 or data URL, alone or as {"image": ...}.'),
  parameters: z.object({
    candidate_labels: z
      .union([z.array(z.string().min(1)).min(1), z.string().min(1)])
      .describe("Labels: a list, or text separated by commas."),
    hypothesis_template: z
      .string()
      .max(500)
      .nullish()
      .describe('Sentence around each label, with {} for it. Default "This is a photo of {}.", as in transformers.'),
  }),
});

const featureVector = z.array(z.number());

/** Routes of one path that Hugging Face's clients may call. */
export const visualHuggingFaceRoutes = huggingFaceTaskPaths.map((path) => {
  const common = { method: "POST", path, family: "hugging-face", bodies: ["binary", "json"] } as const;
  return {
    path,
    imageFeatures: defineRoute({
      ...common,
      summary: "The vector of an image that is the whole body",
      request: imageFeaturesRequest,
      response: featureVector.describe("The vector, of length 1."),
    }),
    zeroShot: defineRoute({
      ...common,
      summary: "Zero-shot image classification for Hugging Face clients",
      request: zeroShotImageRequest,
      response: z.array(labelScore).describe("Every label, best first; scores are the model's sigmoid probabilities."),
    }),
    features: defineRoute({
      ...common,
      summary: "Feature extraction for Hugging Face clients",
      request: visualFeaturesRequest,
      response: z.union([featureVector, z.array(featureVector)]).describe("A vector for one input, a list of vectors for a list."),
    }),
  };
});

export type VisualFeaturesRequest = z.output<typeof visualFeaturesRequest>;
export type ZeroShotImageRequest = z.output<typeof zeroShotImageRequest>;
