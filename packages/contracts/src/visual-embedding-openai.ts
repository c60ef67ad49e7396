/**
 * OpenAI's embeddings API with images, as Jina's and Infinity's clients speak it: items {"text": ...} and {"image": ...}, or
 * `modality: "image"` over a list of addresses.
 * @source https://jina.ai/embeddings (API reference); https://github.com/michaelfeil/infinity, libs/infinity_emb, pymodels
 */
import { z } from "zod";
import { openAiEmbeddingsResponse } from "./openai-embeddings.ts";
import { outputFields } from "./output-types.ts";
import { defineRoute } from "./route.ts";

const item = z.union([
  z.string(),
  z.object({ text: z.string() }),
  z.object({ image: z.string().min(1).describe("base64, a data URL or, where the Space allows it, a web address.") }),
]);

/** `POST /v1/embeddings`. */
export const multimodalEmbeddingsRequest = z.object({
  input: z
    .union([item, z.array(item).min(1)], { error: 'input must be texts, or items {"text": ...} or {"image": ...}.' })
    .describe("Up to 2,048 texts and 32 images. A plain text that is a data URL of an image is an image."),
  model: z.string().nullish().describe("Any name; the Space serves one model and answers with its name."),
  modality: z.enum(["text", "image"]).nullish().describe("Infinity's: image means that plain texts of input name images."),
  ...outputFields,
  dimensions: z.number().int().positive().nullish().describe("Length of the vectors; only the model's own."),
  normalized: z.boolean().nullish().describe("Jina's; vectors always have length 1, so false is refused."),
  user: z.string().nullish().describe("Accepted and ignored."),
});

/** Embeddings under the official path and the one without a version that some clients are configured with. */
export const multimodalEmbeddingsRoutes = (["/v1/embeddings", "/embeddings"] as const).map((path) =>
  defineRoute({
    method: "POST",
    path,
    family: "openai",
    summary: "Embeddings of texts and images for OpenAI, Jina and Infinity clients",
    description: "usage counts tokens of texts; an image counts none.",
    request: multimodalEmbeddingsRequest,
    response: openAiEmbeddingsResponse,
  }),
);

/** One entry of `GET /v1/models`. */
export const visualOpenAiModel = z.object({
  id: z.string().describe("Name of the model."),
  object: z.literal("model"),
  created: z.number().int().describe("Always 0: the time is not known."),
  owned_by: z.string().describe("Owner of the model's repository."),
  dimensions: z.number().int().positive().describe("Length of its vectors (an addition of ours)."),
  max_input_tokens: z.number().int().positive().describe("Longest text (an addition of ours)."),
  image_size: z.number().int().positive().describe("Side of the square that images are resized to, pixels (an addition of ours)."),
});

/** `GET /v1/models`. */
export const visualOpenAiModelsRoute = defineRoute({
  method: "GET",
  path: "/v1/models",
  family: "openai",
  summary: "The served model, as a list",
  response: z.object({ object: z.literal("list"), data: z.array(visualOpenAiModel) }),
});

export type MultimodalEmbeddingsRequest = z.output<typeof multimodalEmbeddingsRequest>;
