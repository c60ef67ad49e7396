/**
 * The routes of Ollama that its embedding clients call.
 * @source https://github.com/ollama/ollama/blob/main/docs/api.md
 */
import { z } from "zod";
import { defineRoute } from "./route.ts";
import { purposeFields } from "./text-prompts.ts";

const modelName = z.string().nullish().describe("Any name; the Space serves one model.");

/** `POST /api/embed`. */
export const ollamaEmbedRequest = z.object({
  model: modelName,
  input: z
    .union([z.string(), z.array(z.string())], { error: "input must be a string or a list of strings." })
    .nullish()
    .describe("Text or list of up to 2,048 texts; nothing gives an empty list."),
  truncate: z
    .boolean()
    .nullish()
    .describe("Cut over-long inputs (the default, unless the Space's LONG_TEXT says otherwise); false refuses them."),
  ...purposeFields,
  dimensions: z.number().int().nonnegative().nullish().describe("Length of the vectors; 0 is the model's own."),
  keep_alive: z.unknown().optional().describe("Accepted and ignored: the model stays loaded."),
  options: z.unknown().optional().describe("Accepted and ignored."),
});

/** Answer of `POST /api/embed`. */
export const ollamaEmbedResponse = z.object({
  model: z.string().describe("Name as the request gave it, or the served model's."),
  embeddings: z.array(z.array(z.number())).describe("One vector of length 1 per text, in order."),
  total_duration: z.number().int().nonnegative().describe("Nanoseconds."),
  load_duration: z.number().int().nonnegative().describe("Nanoseconds; always 0, the model is loaded."),
  prompt_eval_count: z.number().int().nonnegative().describe("Tokens the model read."),
});

/** `POST /api/embeddings`, the older form for one text. */
export const ollamaEmbeddingsRequest = z.object({
  model: modelName,
  prompt: z.string().nullish().describe("Text to embed; nothing gives an empty vector."),
  ...purposeFields,
  keep_alive: z.unknown().optional().describe("Accepted and ignored."),
  options: z.unknown().optional().describe("Accepted and ignored."),
});

/** Answer of `POST /api/embeddings`. */
export const ollamaEmbeddingsResponse = z.object({ embedding: z.array(z.number()).describe("Vector of the text.") });

const details = z.object({
  parent_model: z.string(),
  format: z.string().describe("onnx."),
  family: z.string().describe("bert."),
  families: z.array(z.string()),
  parameter_size: z.string(),
  quantization_level: z.string().describe("fp32, int8-row or int8-static."),
});

/** Answer of `GET /api/tags`. */
export const ollamaTagsResponse = z.object({
  models: z.array(
    z.object({
      name: z.string(),
      model: z.string(),
      modified_at: z.string().describe("When this process started; the model's own date is not known."),
      size: z.number().int().nonnegative().describe("Bytes of the model's files."),
      digest: z.string().describe("Revision of the model."),
      details,
    }),
  ),
});

/** `POST /api/show`. */
export const ollamaShowRequest = z.object({
  model: modelName,
  name: modelName,
  verbose: z.boolean().nullish().describe("Accepted and ignored."),
});

/** Answer of `POST /api/show`. */
export const ollamaShowResponse = z.object({
  details,
  model_info: z.record(z.string(), z.unknown()).describe("Facts by name, e.g. bert.embedding_length."),
  capabilities: z.array(z.string()).describe('Always ["embedding"].'),
});

/** `POST /api/pull`: nothing to do, the model is there. */
export const ollamaPullRequest = z.object({
  model: modelName,
  name: modelName,
  stream: z.boolean().nullish().describe("Accepted; the answer is one line either way."),
});

/** Answer of `POST /api/pull`. */
export const ollamaPullResponse = z.object({ status: z.literal("success") });

/** Error body of the family. */
export const ollamaError = z.object({ error: z.string() });

const family = "ollama" as const;

/** Every Ollama route, by name. */
export const ollamaRoutes = {
  embed: defineRoute({
    method: "POST",
    path: "/api/embed",
    family,
    summary: "Embeddings for Ollama clients",
    request: ollamaEmbedRequest,
    response: ollamaEmbedResponse,
  }),
  embeddings: defineRoute({
    method: "POST",
    path: "/api/embeddings",
    family,
    summary: "One embedding, Ollama's older form",
    request: ollamaEmbeddingsRequest,
    response: ollamaEmbeddingsResponse,
  }),
  tags: defineRoute({ method: "GET", path: "/api/tags", family, summary: "The served model, as a list", response: ollamaTagsResponse }),
  show: defineRoute({
    method: "POST",
    path: "/api/show",
    family,
    summary: "Facts about the served model",
    request: ollamaShowRequest,
    response: ollamaShowResponse,
  }),
  pull: defineRoute({
    method: "POST",
    path: "/api/pull",
    family,
    summary: "Does nothing: the model is there",
    request: ollamaPullRequest,
    response: ollamaPullResponse,
  }),
  version: defineRoute({
    method: "GET",
    path: "/api/version",
    family,
    summary: "Version of this server",
    response: z.object({ version: z.string() }),
  }),
} as const;
