/** `GET /info` of a Space with a language model. */
import { z } from "zod";
import type { LanguageModelInfo } from "./generate-text.ts";
import { samplingFields } from "./generate-text-routes.ts";
import { defineRoute } from "./route.ts";

/**
 * The fields of text-generation-inference, and after them what it does not tell.
 * @source https://github.com/huggingface/text-generation-inference, router/src/lib.rs Info, revision db931fcf
 */
export const generationInfoResponse = z.object({
  model_id: z.string().describe("Name of the model."),
  model_sha: z.string().nullable().describe("Revision of the model."),
  model_dtype: z.string().describe("fp32, int8 or q4."),
  model_device_type: z.string().describe("What inference runs on."),
  model_pipeline_tag: z.literal("text-generation"),
  max_concurrent_requests: z.number().int().describe("Requests answered at the same time; more get 429."),
  max_best_of: z.number().int().describe("Most answers to one prompt."),
  max_stop_sequences: z.number().int().describe("Most stop strings of one request."),
  max_input_tokens: z.number().int().describe("Longest prompt, tokens."),
  max_total_tokens: z.number().int().describe("Longest prompt and answer together, tokens."),
  validation_workers: z.number().int(),
  max_client_batch_size: z.number().int().describe("Most prompts per request."),
  router: z.string().describe("Name of the server."),
  version: z.string().describe("Version of the server."),
  sha: z.string().nullable(),
  docker_label: z.string().nullable(),
  max_new_tokens: z.number().int().describe("Longest answer, tokens."),
  default_new_tokens: z.number().int().describe("Answer's length where a request names none, tokens."),
  max_batch_size: z.number().int().describe("Answers written at the same time."),
  vocabulary_size: z.number().int(),
  has_chat_template: z.boolean().describe("Whether conversations are understood."),
  default_sampling: z.object(samplingFields).describe("Sampling where a request names none."),
  capabilities: z
    .record(z.string(), z.union([z.boolean(), z.number(), z.string()]))
    .describe("What the model's graph was found to be able to do when it was loaded."),
});

/** See {@link generationInfoResponse}. */
export type GenerationInfo = z.infer<typeof generationInfoResponse>;

/** `GET /info`. */
export const generationInfoRoute = defineRoute({
  method: "GET",
  path: "/info",
  family: "outpost",
  summary: "The model's facts and limits",
  response: generationInfoResponse,
});

/** The facts as a TextGenerator tells them. */
export function toLanguageModelInfo(info: GenerationInfo): LanguageModelInfo {
  const { max_new_tokens, top_k, top_p, min_p, repetition_penalty, frequency_penalty, presence_penalty, ...rest } = info.default_sampling;
  return {
    model: info.model_id,
    revision: info.model_sha ?? "",
    precision: info.model_dtype,
    contextTokens: info.max_total_tokens,
    maxPromptTokens: info.max_input_tokens,
    maxNewTokens: info.max_new_tokens,
    defaultNewTokens: info.default_new_tokens,
    maxConcurrentAnswers: info.max_batch_size,
    vocabularySize: info.vocabulary_size,
    hasChatTemplate: info.has_chat_template,
    defaultSampling: {
      ...rest,
      maxNewTokens: max_new_tokens,
      topK: top_k,
      topP: top_p,
      minP: min_p,
      repetitionPenalty: repetition_penalty,
      frequencyPenalty: frequency_penalty,
      presencePenalty: presence_penalty,
    },
    capabilities: info.capabilities,
  };
}
