/**
 * OpenAI's older completions, which Hugging Face's JavaScript client also calls for its text generation.
 * @source https://platform.openai.com/docs/api-reference/completions
 */
import { z } from "zod";
import { maxAnswersPerRequest } from "./generate-text.ts";
import { dialectConstraints, dialectSampling, maxTokensField, warningsField } from "./generation-dialects.ts";
import { generationTimings, generationUsage } from "./generation-facts.ts";
import { defineRoute } from "./route.ts";

const optionalCount = z.number().int().min(1).max(maxAnswersPerRequest).nullish();

/** How a stream is told. */
export const openAiStreamOptions = z
  .looseObject({ include_usage: z.boolean().nullish().describe("true: one more event before the end tells the tokens.") })
  .nullish();

/** Fields that OpenAI's two routes share. */
export const openAiSharedFields = {
  model: z.string().nullish().describe("Any name; the Space serves one model, and the answer repeats this name."),
  ...dialectSampling,
  ...dialectConstraints,
  max_tokens: maxTokensField,
  n: optionalCount.describe(`Answers to draw, 1 to ${maxAnswersPerRequest}. Default 1.`),
  stream: z.boolean().nullish().describe("true: server-sent events, ended by [DONE]."),
  stream_options: openAiStreamOptions,
  user: z.string().nullish().describe("Accepted and ignored."),
};

/** `POST /v1/completions`. */
export const openAiCompletionRequest = z.looseObject({
  ...openAiSharedFields,
  prompt: z
    .union([z.string(), z.array(z.string()).min(1).max(maxAnswersPerRequest)], {
      error: "prompt must be a text or a list of texts; token ids of another tokenizer cannot be told from ours.",
    })
    .describe(`A text to go on with, or up to ${maxAnswersPerRequest} of them.`),
  best_of: optionalCount.describe("Draw this many answers per prompt and give the n likeliest."),
  echo: z.boolean().nullish().describe("Put the prompt before the answer. Default false."),
  return_full_text: z.boolean().nullish().describe("text-generation-inference's name of echo."),
  do_sample: z.boolean().nullish().describe("false: always the likeliest token."),
  logprobs: z.number().int().min(0).max(20).nullish().describe("Tell tokens, and this many alternatives beside each."),
  suffix: z.string().nullish().describe("Text after the answer; only none."),
});

const legacyLogprobs = z.object({
  tokens: z.array(z.string()),
  token_logprobs: z.array(z.number()),
  top_logprobs: z.array(z.record(z.string(), z.number())).nullable(),
  text_offset: z.array(z.number().int()).describe("Place of each token in the text, UTF-16 units."),
});

const finishReason = z.enum(["stop", "length"]).describe("stop: it was complete, or at a stop text. length: at max_tokens.");

/** Answer of `POST /v1/completions`. */
export const openAiCompletionResponse = z.object({
  id: z.string(),
  object: z.literal("text_completion"),
  created: z.number().int().describe("Seconds since the epoch."),
  model: z.string(),
  system_fingerprint: z.string().describe("The model's revision."),
  choices: z.array(
    z.object({ index: z.number().int(), text: z.string(), finish_reason: finishReason, logprobs: legacyLogprobs.nullable() }),
  ),
  usage: generationUsage,
  timings: generationTimings.describe("An addition of ours."),
  warnings: warningsField,
});

/**
 * One event of its stream, which is an event of text-generation-inference's stream at the same time: `token` and
 * `generated_text` are what clients of Hugging Face and LangChain read.
 */
export const openAiCompletionEvent = z.object({
  id: z.string(),
  object: z.literal("text_completion"),
  created: z.number().int(),
  model: z.string(),
  system_fingerprint: z.string(),
  choices: z.array(
    z.object({ index: z.number().int(), text: z.string(), finish_reason: finishReason.nullable(), logprobs: legacyLogprobs.nullable() }),
  ),
  usage: generationUsage.nullish().describe("In the last event, where stream_options.include_usage asked for it."),
  token: z.object({ id: z.number().int(), text: z.string(), logprob: z.number(), special: z.boolean() }).optional(),
  generated_text: z.string().nullish().describe("The whole answer, in its last event."),
  details: z
    .object({ finish_reason: z.enum(["length", "eos_token", "stop_sequence"]), generated_tokens: z.number().int(), seed: z.number().int() })
    .nullish(),
  timings: generationTimings.optional(),
  warnings: warningsField,
});

/** Under the official path, and without a version for base URLs that bring their own. */
export const openAiCompletionRoutes = (["/v1/completions", "/completions"] as const).map((path) => {
  const shared = { method: "POST", family: "openai-generation", path, request: openAiCompletionRequest } as const;
  return {
    answer: defineRoute({ ...shared, summary: "Go on with a text, for OpenAI clients", response: openAiCompletionResponse }),
    stream: defineRoute({
      ...shared,
      summary: "Go on with a text, token by token",
      response: openAiCompletionEvent,
      streams: "events",
      streamEnd: "[DONE]",
    }),
  };
});

export type OpenAiCompletionRequest = z.output<typeof openAiCompletionRequest>;
export type OpenAiCompletionResponse = z.infer<typeof openAiCompletionResponse>;
export type OpenAiCompletionEvent = z.infer<typeof openAiCompletionEvent>;
