/** The original app's later endpoint: one route, and a mode that says what is wanted. */
import { z } from "zod";
import { defineRoute } from "./route.ts";
import { labelScore } from "./visual-embedding.ts";

/** What may be asked for; auto looks at what there is. */
export const sligModes = ["auto", "zero_shot", "image_embedding", "text_embedding", "similarity"] as const;

/** Labels where a request has none. @source the original's endpoint */
export const defaultSligLabels = ["photo", "illustration", "diagram"] as const;

const oneOrMany = z.union([z.string(), z.array(z.string())]);

/** `POST /infer`. */
export const sligRequest = z.object({
  inputs: z
    .union([
      oneOrMany,
      z.object({ image: oneOrMany.optional(), images: oneOrMany.optional(), text: oneOrMany.optional(), texts: oneOrMany.optional() }),
    ])
    .describe('Texts, or images as base64, data URLs or, where allowed, web addresses: one, a list, or {"images": ..., "texts": ...}.'),
  parameters: z
    .object({
      mode: z
        .enum(sligModes)
        .default("auto")
        .describe("Default auto: labels given: zero_shot; images and texts: similarity; otherwise vectors."),
      candidate_labels: oneOrMany
        .nullish()
        .describe("For zero_shot: labels, a list or text separated by commas. Default photo, illustration, diagram."),
    })
    .prefault({}),
});

const embedded = z.array(z.object({ embedding: z.array(z.number()).describe("Vector of length 1.") }));

/** Answer of `POST /infer`; its form follows the mode. */
export const sligResponse = z.union([
  embedded.describe("image_embedding, text_embedding: one per input."),
  z.array(labelScore).describe("zero_shot of one image: labels, best first."),
  z.array(z.array(labelScore)).describe("zero_shot of several images: a list of these."),
  z.object({
    similarity_scores: z.array(z.array(z.number())).describe("similarity: cosines, [images][texts]."),
    image_count: z.number().int().nonnegative(),
    text_count: z.number().int().nonnegative(),
  }),
]);

/** `POST /infer`. */
export const sligRoute = defineRoute({
  method: "POST",
  path: "/infer",
  family: "fastapi",
  summary: "Vectors, labels or similarities, by parameters.mode",
  request: sligRequest,
  response: sligResponse,
});

export type SligRequest = z.output<typeof sligRequest>;
export type SligResponse = z.input<typeof sligResponse>;
