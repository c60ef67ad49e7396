/** Routes of pdf-extractor under /api/embeddings, as the original has them. @source creativeghq/mivaa-pdf-extractor, api/embeddings.py */
import { z } from "zod";
import { defineRoute } from "./route.ts";

const family = "plain";
const embeddingAnswer = z.object({
  success: z.literal(true),
  embedding: z.array(z.number()).describe("Of length 1."),
  dimensions: z.number().int(),
  model: z.string().describe("The model that answered, whatever was asked for."),
  error: z.null(),
});

/** `POST /api/embeddings/clip-image`. */
export const clipImageRoute = defineRoute({
  method: "POST",
  path: "/api/embeddings/clip-image",
  family,
  summary: "The vector of an image",
  request: z.object({
    image_data: z.string().min(1).describe("Base64 or data URL of a JPEG, PNG, WebP or GIF, up to 10 MiB."),
    model: z.string().optional().describe("Kept from the original, which ignored it as well: the configured model answers."),
    normalize: z.boolean().default(true).describe("Vectors always have length 1."),
  }),
  response: embeddingAnswer,
});

/** `POST /api/embeddings/clip-text`. */
export const clipTextRoute = defineRoute({
  method: "POST",
  path: "/api/embeddings/clip-text",
  family,
  summary: "The vector of a text, in the space of the images",
  description: "The original answered with vectors of another model here, which could not find images.",
  request: z.object({
    text: z.string().trim().min(1).max(10_000),
    model: z.string().optional().describe("Ignored, see clip-image."),
    input_type: z.enum(["document", "query"]).optional().describe("Ignored: the model makes no difference."),
    dimensions: z.number().int().positive().optional().describe("Ignored: the answer says how many there are."),
    truncation: z.boolean().optional().describe("Ignored: what is beyond 64 tokens is not read."),
    output_dtype: z.string().optional().describe("Ignored: numbers."),
    normalize: z.boolean().default(true).describe("Vectors always have length 1."),
  }),
  response: embeddingAnswer,
});

/** `GET /api/embeddings/health`. */
export const embeddingsHealthRoute = defineRoute({
  method: "GET",
  path: "/api/embeddings/health",
  family,
  summary: "Whether vectors can be computed",
  response: z.object({
    status: z.enum(["healthy", "degraded", "unhealthy"]),
    mode: z.enum(["space", "local", "off"]),
    state: z.string().describe("awake, warming, down, unknown or off."),
    answered_by: z.enum(["primary", "fallback", "none"]),
    model: z.string().nullable().describe("Of the last answer."),
    dimensions: z.number().int(),
    message: z.string().nullable().describe("What is wrong and what to do, for people."),
  }),
  public: true,
});
