/** Our own routes of visual embedding. */
import { z } from "zod";
import { maxInputsPerRequest, truncatedInput } from "./embed-text.ts";
import { modelIdentity } from "./model-info.ts";
import { outputFields, outputTypes } from "./output-types.ts";
import { defineRoute } from "./route.ts";
import { isUploadedFile, type UploadedFile } from "./uploaded-file.ts";
import { aspects, labelLogit, labelScore, maxImagesPerRequest, maxLabelsPerRequest, type Aspect } from "./visual-embedding.ts";

/** An image as a request carries it: a file, or text that is base64, a data URL or, where the Space allows it, a web address. */
export type ImageInput = UploadedFile | string;

const imageKinds = "JPEG, PNG, WebP, GIF, TIFF or BMP; the bytes decide what it is, not its name. Of animations the first frame counts.";

const image = z.union([
  z
    .custom<UploadedFile>(isUploadedFile, { error: "Send a file in this field." })
    .meta({ type: "string", format: "binary", contentMediaType: "application/octet-stream" }),
  z.string().min(1),
]);

const imageField = z
  .preprocess((value) => (Array.isArray(value) || value === undefined ? value : [value]), z.array(image).min(1))
  .optional();

/** Names under which images may come; exactly one is used. */
const imageFields = ["images", "image", "file", "files"] as const;

const ofImages = {
  images: imageField.describe(
    `Up to ${maxImagesPerRequest} images: files of a form, or in JSON texts, each base64, a data URL or, where the Space allows it, an http(s) address. ${imageKinds}`,
  ),
  image: imageField.describe("Alias of images."),
  file: imageField.describe("Alias of images; also the image that is the whole body."),
  files: imageField.describe("Alias of images."),
};

const textField = z.union([z.string(), z.array(z.string())]).optional();

/** Names under which texts may come; exactly one is used. */
const textFields = ["texts", "text", "input", "inputs"] as const;

const ofTexts = {
  texts: textField.describe(`Texts: a string or a list of up to ${maxInputsPerRequest}. They are lower-cased, as the model was trained.`),
  text: textField.describe("Alias of texts."),
  input: textField.describe("Alias of texts."),
  inputs: textField.describe("Alias of texts."),
};

type Fields = Readonly<Record<string, unknown>>;

function assertFields(wanted: readonly (readonly string[])[], message: string) {
  return (body: Fields, context: z.RefinementCtx): void => {
    for (const names of wanted) {
      const given = names.filter((name) => body[name] !== undefined);
      if (given.length > 1) context.addIssue({ code: "custom", message: `Send only one of ${given.join(", ")}.` });
    }
    if (!wanted.flat().some((name) => body[name] !== undefined)) context.addIssue({ code: "custom", message });
  };
}

/** The images of a parsed request, always as a list; empty where it has none. */
export function toImageInputs(request: Fields): ImageInput[] {
  const value = imageFields.map((name) => request[name]).find((candidate) => candidate !== undefined);
  return (value as ImageInput[] | undefined) ?? [];
}

/** The texts of a parsed request, always as a list; empty where it has none. */
export function toVisualTexts(request: Fields): string[] {
  const value = textFields.map((name) => request[name]).find((candidate) => candidate !== undefined);
  return typeof value === "string" ? [value] : ((value as string[] | undefined) ?? []);
}

const noImages = "Send images: files in the field images of a form, an image as the body, or JSON with images as base64.";

const vector = z.union([z.array(z.number()), z.string()]);

/** Answer of `POST /embed/image` and `POST /embed/text`. */
export const visualVectorsResponse = modelIdentity.extend({
  embeddings: z.array(vector).describe("One vector of length 1 per input, in order; base64 strings when asked for."),
  embedding: vector.optional().describe("The only vector, when there was one input."),
  count: z.number().int().nonnegative(),
  token_counts: z.array(z.number().int().nonnegative()).optional().describe("Of texts: tokens per text, its end token included."),
  truncated: z.array(truncatedInput).optional().describe("Of texts: those that were cut; empty when none."),
  output_type: z.enum(outputTypes).optional().describe("Type of the numbers, when it is not float."),
  scale: z.number().optional().describe("With output_type int8: the factor that turns its numbers back into the vectors."),
});

/** See {@link visualVectorsResponse}. */
export type VisualVectorsResponse = z.infer<typeof visualVectorsResponse>;

/** `POST /embed/image`. */
export const embedImageRoute = defineRoute({
  method: "POST",
  path: "/embed/image",
  family: "outpost",
  summary: "Turn images into vectors",
  description: "All or nothing: the error of an image that cannot be read says which one in details.index.",
  bodies: ["multipart", "json", "binary", "query"],
  request: z.object({ ...ofImages, ...outputFields }).superRefine(assertFields([imageFields], noImages)),
  response: visualVectorsResponse,
});

/** `POST /embed/text`. */
export const embedVisualTextRoute = defineRoute({
  method: "POST",
  path: "/embed/text",
  family: "outpost",
  summary: "Turn texts into vectors of the same space as those of images",
  request: z.object({ ...ofTexts, ...outputFields }).superRefine(assertFields([textFields], 'Send the texts as {"texts": ["..."]}.')),
  response: visualVectorsResponse,
});

const listOfTexts = z.preprocess(
  (value) => {
    if (typeof value !== "string") return value;
    if (!value.trim().startsWith("[")) return value.split(",").map((part) => part.trim());
    try {
      return JSON.parse(value) as unknown;
    } catch {
      return value;
    }
  },
  z.array(z.string().trim().min(1)).min(1),
);

/** Answer of `POST /classify`. */
export const classifyResponse = modelIdentity.extend({
  results: z.array(z.array(labelLogit)).describe("Per image all labels, best first."),
  logit_scale: z.number().describe("The model's own factor of a cosine."),
  logit_bias: z.number().describe("The model's own offset."),
});

/** `POST /classify`. */
export const classifyRoute = defineRoute({
  method: "POST",
  path: "/classify",
  family: "outpost",
  summary: "How well labels fit images, without training",
  description: "score = sigmoid(logit_scale * cosine + logit_bias): every label is judged by itself, so all may be low.",
  bodies: ["multipart", "json", "binary", "query"],
  request: z
    .object({
      ...ofImages,
      labels: listOfTexts.describe(`Up to ${maxLabelsPerRequest} labels: a list, in forms and queries JSON or separated by commas.`),
      template: z
        .string()
        .max(500)
        .refine((text) => text.includes("{}"), "Put {} where the label goes.")
        .optional()
        .describe('Sentence around each label, e.g. "a photo of {}". Default {}: the label alone.'),
    })
    .superRefine(assertFields([imageFields], noImages)),
  response: classifyResponse,
});

/** Answer of `POST /similarity`. */
export const visualSimilarityResponse = modelIdentity.extend({
  similarities: z
    .array(z.array(z.number()))
    .describe("Cosines, -1 to 1: [images][texts] where there are both, otherwise every input with every other."),
  probabilities: z
    .array(z.array(z.number()))
    .optional()
    .describe("Of images with texts: sigmoid(logit_scale * cosine + logit_bias), in the same places."),
  image_count: z.number().int().nonnegative(),
  text_count: z.number().int().nonnegative(),
});

/** `POST /similarity`. */
export const visualSimilarityRoute = defineRoute({
  method: "POST",
  path: "/similarity",
  family: "outpost",
  summary: "Cosines of images with texts, or of either among themselves",
  bodies: ["multipart", "json", "binary", "query"],
  request: z
    .object({ ...ofImages, texts: listOfTexts.optional().describe("Texts, as in POST /embed/text; in forms JSON or separated by commas.") })
    .superRefine(assertFields([[...imageFields], ["texts"]], "Send images, texts or both.")),
  response: visualSimilarityResponse,
});

const aspectResult = z.object({
  embedding: vector.describe("Of length 1; zeros for a text that says nothing about the aspect."),
  labels: z.array(labelScore).describe("The aspect's words that fit best, best first; all its words' scores sum to 1."),
});

/** Answer of `POST /embed/aspects`. */
export const embedAspectsResponse = modelIdentity.extend({
  aspect_revision: z.string().describe("Hash of words and method; aspect vectors of two revisions are not comparable."),
  results: z
    .array(
      z.object({
        embedding: vector.describe("The vector of the whole image or text."),
        aspects: z.object(Object.fromEntries(aspects.map((aspect) => [aspect, aspectResult])) as Record<Aspect, typeof aspectResult>),
      }),
    )
    .describe("One per image or text, in order."),
});

/** See {@link embedAspectsResponse}. */
export type EmbedAspectsResponse = z.infer<typeof embedAspectsResponse>;

/** `POST /embed/aspects`. */
export const embedAspectsRoute = defineRoute({
  method: "POST",
  path: "/embed/aspects",
  family: "outpost",
  summary: "Vectors and words of colour, texture, material and style",
  description: "For images, or for texts that are to be compared with them. Compare vectors of the same aspect and aspect_revision only.",
  bodies: ["multipart", "json", "binary", "query"],
  request: z
    .object({
      ...ofImages,
      texts: listOfTexts.optional().describe("Texts in place of images; in forms JSON or separated by commas."),
      top_labels: z.coerce.number().int().min(0).max(50).default(5).describe("Labels per aspect, 0 to 50."),
      encoding_format: outputFields.encoding_format,
    })
    .superRefine(assertFields([[...imageFields, "texts"]], "Send either images or texts.")),
  response: embedAspectsResponse,
});

/** Answer of `GET /info`. */
export const visualInfoResponse = modelIdentity.extend({
  image_size: z.number().int().positive().describe("Side of the square that images are resized to, pixels."),
  max_tokens: z.number().int().positive().describe("Longest text in tokens, its end token included."),
  logit_scale: z.number().describe("Factor of a cosine in a logit."),
  logit_bias: z.number().describe("Offset of a logit."),
  precision: z.string().describe("fp32 or int8."),
  aspect_revision: z.string().describe("Hash of the aspects' words and method."),
  aspect_labels: z
    .object(Object.fromEntries(aspects.map((aspect) => [aspect, z.array(z.string())])) as Record<Aspect, z.ZodArray<z.ZodString>>)
    .describe("The words of each aspect."),
  max_images_per_request: z.number().int().positive(),
  remote_images: z.boolean().describe("Whether images may be named by a web address."),
});

/** See {@link visualInfoResponse}. */
export type VisualInfoResponse = z.infer<typeof visualInfoResponse>;

/** `GET /info`. */
export const visualInfoRoute = defineRoute({
  method: "GET",
  path: "/info",
  family: "outpost",
  summary: "The model's facts",
  response: visualInfoResponse,
});
