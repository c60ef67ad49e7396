/**
 * What the clients of Hugging Face's inference API send: to an endpoint's own URL, or to the paths of its router.
 * @source https://huggingface.co/docs/inference-providers/tasks/feature-extraction
 */
import { z } from "zod";
import { defineRoute } from "./route.ts";
import { teiEmbedRequest, teiSimilarityRequest, teiSimilarityResponse } from "./tei.ts";

/** Feature extraction: TEI's fields, and the encoding that newer clients name. */
export const featureExtractionRequest = teiEmbedRequest.extend({
  inputs: z
    .union([z.string(), z.array(z.string())], { error: "inputs must be a string or a list of strings." })
    .describe("Text or list of up to 2,048 texts."),
  encoding_format: z.enum(["float", "base64"]).nullish().describe("float (default), or base64 of little-endian float32."),
});

/** A string is answered with one vector, a list with a list of vectors. */
export const featureExtractionResponse = z
  .union([z.array(z.number()), z.string(), z.array(z.union([z.array(z.number()), z.string()]))])
  .describe("A vector for a string, a list of vectors for a list.");

/**
 * Paths that mean "the model's default task", dispatched by the body: an object with source_sentence is similarity,
 * everything else is feature extraction.
 */
export const huggingFaceTaskPaths = [
  "/",
  "/models/:org/:name",
  "/models/:name",
  "/models/:org/:name/pipeline/:task",
  "/pipeline/:task/:org/:name",
  "/hf-inference/models/:org/:name",
  "/hf-inference/models/:org/:name/pipeline/:task",
] as const;

/** One pair of routes per path that Hugging Face's clients may call. */
export const huggingFaceRoutes = huggingFaceTaskPaths.map((path) => ({
  path,
  featureExtraction: defineRoute({
    method: "POST",
    path,
    family: "hugging-face",
    summary: "Feature extraction for Hugging Face clients",
    request: featureExtractionRequest,
    response: featureExtractionResponse,
  }),
  sentenceSimilarity: defineRoute({
    method: "POST",
    path,
    family: "hugging-face",
    summary: "Sentence similarity for Hugging Face clients",
    request: teiSimilarityRequest,
    response: teiSimilarityResponse,
  }),
}));

export type FeatureExtractionRequest = z.output<typeof featureExtractionRequest>;
