/**
 * The routes of text-embeddings-inference that a text-embedding model has.
 * @source https://github.com/huggingface/text-embeddings-inference, router/src/http, revision 0d124dc
 */
import { z } from "zod";
import { longTextPolicies } from "./long-texts.ts";
import { defineRoute } from "./route.ts";
import { purposeFields } from "./text-prompts.ts";
import { tokenIds } from "./token-ids.ts";

/** One or many inputs; a flat list of numbers is one input given as token ids of the model's own vocabulary. */
export const teiInputs = z
  .union([z.string(), tokenIds, z.array(z.union([z.string(), tokenIds]))], {
    error: "inputs must be a string, token ids, or a list of these.",
  })
  .describe(
    "Text or list of up to 2,048 texts; a text may also be given as token ids of the model's own vocabulary, without special tokens.",
  );

const truncationDirection = z
  .string()
  .nullish()
  .transform((value, context) => {
    const direction = value?.toLowerCase() ?? "right";
    if (direction === "left" || direction === "right") return direction;
    context.addIssue({ code: "custom", message: "truncation_direction is left or right." });
    return z.NEVER;
  })
  .describe("Which end of an over-long input is cut: left or right (default), in any case.");

const truncate = z
  .boolean()
  .nullish()
  .describe("Cut over-long inputs (the default, unless the Space's LONG_TEXT says otherwise); false refuses them.");
const promptName = purposeFields.prompt_name;

/** `POST /embed` as TEI's clients send it. */
export const teiEmbedRequest = z.object({
  inputs: teiInputs,
  truncate,
  truncation_direction: truncationDirection,
  ...purposeFields,
  normalize: z.boolean().nullish().describe("Scale every vector to length 1 (default true)."),
  dimensions: z
    .number()
    .int()
    .positive()
    .nullish()
    .describe("Length of the vectors; the model's own unless the Space's policy allows others."),
});

/** Always a list of vectors, also for one input. */
export const teiEmbedResponse = z.array(z.array(z.number())).describe("One vector per input, in order.");

/** `POST /embed_all`. */
export const teiEmbedAllRequest = teiEmbedRequest.omit({ normalize: true, dimensions: true });

/** One vector per token. */
export const teiEmbedAllResponse = z
  .array(z.array(z.array(z.number())))
  .describe("Per input, one vector per token, special tokens included.");

/** `POST /similarity`. */
export const teiSimilarityRequest = z.object({
  inputs: z.object({
    source_sentence: z.string().describe("The text that the others are compared with."),
    sentences: z.array(z.string()).describe("Up to 2,047 texts."),
  }),
  parameters: z
    .object({ truncate, truncation_direction: truncationDirection, prompt_name: promptName })
    .nullish()
    .describe("How the texts are read."),
});

/** Cosine similarities. */
export const teiSimilarityResponse = z.array(z.number()).describe("Cosine of every sentence with the source, -1 to 1, in order.");

/** `POST /tokenize`. */
export const teiTokenizeRequest = z.object({
  inputs: z
    .union([z.string(), z.array(z.string())], { error: "inputs must be a string or a list of strings." })
    .describe("Text or list of up to 2,048 texts."),
  add_special_tokens: z.boolean().nullish().describe("Include the tokens the model puts around every text (default true)."),
  prompt_name: promptName,
});

/** Tokens per input. */
export const teiTokenizeResponse = z.array(
  z.array(
    z.object({
      id: z.number().int().nonnegative().describe("Id in the model's vocabulary."),
      text: z.string().describe("The token."),
      special: z.boolean().describe("Whether the model's template added it."),
      start: z.number().int().nonnegative().nullable().describe("First character in the text; null on special tokens."),
      stop: z.number().int().nonnegative().nullable().describe("Character after the last; null on special tokens."),
    }),
  ),
);

/** `POST /decode`. */
export const teiDecodeRequest = z.object({
  ids: z
    .union([tokenIds, z.array(tokenIds)], { error: "ids must be a list of token ids, or a list of such lists." })
    .describe("Token ids, or up to 2,048 lists of them."),
  skip_special_tokens: z.boolean().nullish().describe("Leave out the tokens of the template (default true)."),
});

/** Texts, also for one list of ids. */
export const teiDecodeResponse = z.array(z.string());

/** `GET /info`: TEI's fields, and after them what it does not tell. */
export const teiInfoResponse = z.object({
  model_id: z.string().describe("Name of the model."),
  model_sha: z.string().nullable().describe("Revision of the model."),
  model_dtype: z.string().describe("fp32, int8-row or int8-static."),
  served_model_name: z.string(),
  model_type: z.object({ embedding: z.object({ pooling: z.string().describe("mean or cls.") }) }),
  max_concurrent_requests: z.number().int().describe("Requests answered at the same time; more get 429."),
  max_input_length: z.number().int().describe("Longest input in tokens."),
  max_batch_tokens: z.number().int().describe("Padded tokens the model reads at a time."),
  max_batch_requests: z.number().int().nullable(),
  max_client_batch_size: z.number().int().describe("Most inputs per request."),
  auto_truncate: z.boolean().describe("Whether over-long inputs are cut when the request does not say."),
  tokenization_workers: z.number().int(),
  version: z.string(),
  sha: z.string().nullable(),
  docker_label: z.string().nullable(),
  dimensions: z.number().int().describe("Length of the vectors (an addition of ours)."),
  prompt_names: z.array(z.string()).describe("What prompt_name may name (an addition of ours)."),
  default_input_type: z
    .object({
      embed: z.enum(["query", "passage"]).describe("On our own POST /embed."),
      other: z.enum(["query", "passage"]).describe("On every other route."),
    })
    .optional()
    .describe("What texts are taken for when a request does not say (an addition of ours)."),
  long_text: z
    .enum(longTextPolicies)
    .optional()
    .describe("What is done with over-long inputs when a request does not say (an addition of ours)."),
});

/** Error body of TEI and of Hugging Face's inference API. */
export const teiError = z.object({
  error: z.string().describe("What went wrong."),
  error_type: z
    .enum(["Validation", "Tokenizer", "Backend", "Overloaded", "Unhealthy", "Empty", "Unauthorized", "Forbidden", "NotFound", "Deadline"])
    .describe("Kind of error; the first six are TEI's."),
});

const family = "tei" as const;

/** Every TEI route of an embedding model, by name. */
export const teiRoutes = {
  embed: defineRoute({
    method: "POST",
    path: "/embed",
    family,
    summary: "Embeddings for text-embeddings-inference clients",
    request: teiEmbedRequest,
    response: teiEmbedResponse,
  }),
  embedAll: defineRoute({
    method: "POST",
    path: "/embed_all",
    family,
    summary: "One vector per token",
    description: "At most 32 inputs.",
    request: teiEmbedAllRequest,
    response: teiEmbedAllResponse,
  }),
  similarity: defineRoute({
    method: "POST",
    path: "/similarity",
    family,
    summary: "Cosine similarity of a sentence with others",
    request: teiSimilarityRequest,
    response: teiSimilarityResponse,
  }),
  tokenize: defineRoute({
    method: "POST",
    path: "/tokenize",
    family,
    summary: "Split texts into tokens",
    request: teiTokenizeRequest,
    response: teiTokenizeResponse,
  }),
  decode: defineRoute({
    method: "POST",
    path: "/decode",
    family,
    summary: "Turn token ids back into text",
    request: teiDecodeRequest,
    response: teiDecodeResponse,
  }),
  info: defineRoute({ method: "GET", path: "/info", family, summary: "Facts about the served model", response: teiInfoResponse }),
  ping: defineRoute({
    method: "GET",
    path: "/ping",
    family,
    summary: "Readiness for SageMaker",
    response: z.unknown().describe("Empty."),
    public: true,
  }),
} as const;

export type TeiInputs = z.infer<typeof teiInputs>;
export type TeiEmbedRequest = z.output<typeof teiEmbedRequest>;
export type TeiSimilarityRequest = z.output<typeof teiSimilarityRequest>;
export type TeiInfo = z.infer<typeof teiInfoResponse>;
export type TeiError = z.infer<typeof teiError>;
