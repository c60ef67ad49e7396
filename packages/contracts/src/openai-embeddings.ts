/**
 * OpenAI's embeddings API as its SDKs speak it.
 * @source https://platform.openai.com/docs/api-reference/embeddings
 */
import { z } from "zod";
import { truncatedInput } from "./embed-text.ts";
import { chunkedInput, longTextFields } from "./long-texts.ts";
import { outputFields } from "./output-types.ts";
import { defineRoute } from "./route.ts";
import { purposeFields } from "./text-prompts.ts";
import { tokenIds } from "./token-ids.ts";

/** `POST /v1/embeddings`. Token ids parse, so that they can be refused with a message that names the cause. */
export const openAiEmbeddingsRequest = z.object({
  input: z
    .union([z.string(), z.array(z.string()), tokenIds, z.array(tokenIds)], { error: "input must be a string or a list of strings." })
    .describe("Text or list of up to 2,048 texts. Token ids are refused: ids of another tokenizer cannot be told from ours."),
  model: z.string().nullish().describe("Any name; the Space serves one model and answers with its name."),
  ...outputFields,
  ...purposeFields,
  ...longTextFields,
  dimensions: z
    .number()
    .int()
    .positive()
    .nullish()
    .describe("Length of the vectors; the model's own unless the Space's policy allows others."),
  user: z.string().nullish().describe("Accepted and ignored."),
});

/** Answer of `POST /v1/embeddings`. */
export const openAiEmbeddingsResponse = z.object({
  object: z.literal("list"),
  data: z.array(
    z.object({
      object: z.literal("embedding"),
      index: z.number().int().nonnegative().describe("Position of the text in the request; the list is in this order."),
      embedding: z.union([z.array(z.number()), z.string()]).describe("Vector of length 1 as numbers of the output type, or its base64."),
    }),
  ),
  model: z.string().describe("Name of the model that answered."),
  usage: z.object({
    prompt_tokens: z.number().int().nonnegative().describe("Tokens the model read, special tokens included."),
    total_tokens: z.number().int().nonnegative().describe("The same number."),
  }),
  truncated: z.array(truncatedInput).optional().describe("Inputs that were cut (an addition of ours, left out when there are none)."),
  chunked: z
    .array(chunkedInput)
    .optional()
    .describe("Inputs that were embedded in pieces (an addition of ours, left out when there are none)."),
});

/** One entry of `GET /v1/models`. */
export const openAiModel = z.object({
  id: z.string().describe("Name of the model."),
  object: z.literal("model"),
  created: z.number().int().describe("Always 0: the time is not known."),
  owned_by: z.string().describe("Owner of the model's repository."),
  dimensions: z.number().int().positive().describe("Length of its vectors (an addition of ours)."),
  max_input_tokens: z.number().int().positive().describe("Longest input, special tokens included (an addition of ours)."),
  prompt_names: z.array(z.string()).describe("What prompt_name may name (an addition of ours)."),
  default_input_type: z.enum(["query", "passage"]).describe("What texts are taken for when a request does not say (an addition of ours)."),
});

/** Answer of `GET /v1/models`. */
export const openAiModelList = z.object({ object: z.literal("list"), data: z.array(openAiModel) });

/** Error body of the family. @source https://platform.openai.com/docs/guides/error-codes */
export const openAiError = z.object({
  error: z.object({
    message: z.string(),
    type: z.string().describe("invalid_request_error, authentication_error, rate_limit_error or server_error."),
    param: z.string().nullable().describe("Field of the body that is wrong, where one is."),
    code: z.string().nullable().describe("One of our error codes."),
  }),
});

/** Embeddings under both the official path and the one without a version that some clients are configured with. */
export const openAiEmbeddingsRoutes = (["/v1/embeddings", "/embeddings"] as const).map((path) =>
  defineRoute({
    method: "POST",
    path,
    family: "openai",
    summary: "Embeddings for OpenAI clients",
    request: openAiEmbeddingsRequest,
    response: openAiEmbeddingsResponse,
  }),
);

/** `GET /v1/models`. */
export const openAiModelsRoute = defineRoute({
  method: "GET",
  path: "/v1/models",
  family: "openai",
  summary: "The served model, as a list",
  response: openAiModelList,
});

/** `GET /v1/models/:id`; the id may hold a slash, encoded or not. */
export const openAiModelRoute = defineRoute({
  method: "GET",
  path: "/v1/models/:id{.+}",
  family: "openai",
  summary: "The served model",
  response: openAiModel,
});

export type OpenAiEmbeddingsRequest = z.output<typeof openAiEmbeddingsRequest>;
export type OpenAiEmbeddingsResponse = z.infer<typeof openAiEmbeddingsResponse>;
export type OpenAiModel = z.infer<typeof openAiModel>;
export type OpenAiError = z.infer<typeof openAiError>;
