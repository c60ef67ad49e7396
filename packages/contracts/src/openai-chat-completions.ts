/**
 * OpenAI's chat completions as a Space serves them to any client; openai-chat.ts is the part of it that this repository's own
 * apps send.
 * @source https://platform.openai.com/docs/api-reference/chat/create
 */
import { z } from "zod";
import { maxChatTurns } from "./generate-text-routes.ts";
import { maxTopTokens } from "./generate-text.ts";
import { maxTokensField, warningsField } from "./generation-dialects.ts";
import { openAiChatMessage } from "./openai-chat.ts";
import { openAiSharedFields } from "./openai-completions.ts";
import { generationTimings, generationUsage } from "./generation-facts.ts";
import { defineRoute } from "./route.ts";

const contentPart = z.looseObject({ type: z.string().describe("text; other kinds are refused."), text: z.string().optional() });

/** One message; roles and kinds of content that a text model does not know are refused by name. */
export const openAiServedMessage = z.looseObject({
  ...openAiChatMessage.shape,
  role: z.string().describe("system or developer, user, assistant."),
  content: z
    .union([z.string(), z.array(contentPart)], { error: "content must be a text or a list of parts." })
    .nullish()
    .describe("What is said, as text or as parts of type text."),
  name: z.string().nullish().describe("Accepted and ignored."),
});

/** `POST /v1/chat/completions`. */
export const openAiServedChatRequest = z.looseObject({
  ...openAiSharedFields,
  messages: z.array(openAiServedMessage).min(1).max(maxChatTurns).describe("The conversation, oldest first."),
  max_completion_tokens: maxTokensField.describe("The newer name of max_tokens."),
  logprobs: z.boolean().nullish().describe("Tell tokens and their logarithmic probabilities."),
  top_logprobs: z.number().int().min(0).max(maxTopTokens).nullish().describe("With logprobs: alternatives beside each token."),
  tools: z.array(z.unknown()).nullish().describe("Not supported: only none, or with tool_choice none."),
  tool_choice: z.unknown().optional().describe("Only none or auto."),
});

const logprob = z.object({
  token: z.string(),
  logprob: z.number(),
  bytes: z.array(z.number().int()).nullable().describe("Its text in UTF-8."),
});

const logprobs = z.object({ content: z.array(logprob.extend({ top_logprobs: z.array(logprob) })), refusal: z.null() });

const head = {
  id: z.string(),
  created: z.number().int().describe("Seconds since the epoch."),
  model: z.string().describe("The name that the request gave, or the served model's."),
  system_fingerprint: z.string().describe("The model's revision."),
};

const finishReason = z.enum(["stop", "length"]).describe("stop: it was complete, or at a stop text. length: at max_tokens.");

/** Answer of `POST /v1/chat/completions`. */
export const openAiServedChatResponse = z.object({
  ...head,
  object: z.literal("chat.completion"),
  choices: z.array(
    z.object({
      index: z.number().int(),
      message: z.object({ role: z.literal("assistant"), content: z.string(), refusal: z.null() }),
      finish_reason: finishReason,
      logprobs: logprobs.nullable(),
    }),
  ),
  usage: generationUsage,
  timings: generationTimings.describe("An addition of ours."),
  warnings: warningsField,
});

/** One event of its stream. */
export const openAiChatEvent = z.object({
  ...head,
  object: z.literal("chat.completion.chunk"),
  choices: z.array(
    z.object({
      index: z.number().int(),
      delta: z.object({ role: z.literal("assistant").optional(), content: z.string().optional() }),
      finish_reason: finishReason.nullable(),
      logprobs: logprobs.nullable(),
    }),
  ),
  usage: generationUsage.nullish().describe("In the last event, where stream_options.include_usage asked for it."),
  timings: generationTimings.optional(),
  warnings: warningsField,
});

/** Under the official path, and without a version for base URLs that bring their own. */
export const openAiServedChatRoutes = (["/v1/chat/completions", "/chat/completions"] as const).map((path) => {
  const shared = { method: "POST", family: "openai-generation", path, request: openAiServedChatRequest } as const;
  return {
    answer: defineRoute({ ...shared, summary: "Answer a conversation, for OpenAI clients", response: openAiServedChatResponse }),
    stream: defineRoute({
      ...shared,
      summary: "Answer a conversation, token by token",
      response: openAiChatEvent,
      streams: "events",
      streamEnd: "[DONE]",
    }),
  };
});

/** One entry of `GET /v1/models`. */
export const openAiLanguageModel = z.object({
  id: z.string().describe("Name of the model."),
  object: z.literal("model"),
  created: z.number().int().describe("Always 0: the time is not known."),
  owned_by: z.string().describe("Owner of the model's repository."),
  context_window: z.number().int().describe("Longest prompt and answer together, tokens (an addition of ours)."),
  max_completion_tokens: z.number().int().describe("Longest answer, tokens (an addition of ours)."),
  revision: z.string().describe("Its revision (an addition of ours)."),
});

/** `GET /v1/models` and `GET /v1/models/:id`; the id may hold a slash, encoded or not. */
export const openAiLanguageModelRoutes = {
  list: defineRoute({
    method: "GET",
    path: "/v1/models",
    family: "openai-generation",
    summary: "The served model, as a list",
    response: z.object({ object: z.literal("list"), data: z.array(openAiLanguageModel) }),
  }),
  one: defineRoute({
    method: "GET",
    path: "/v1/models/:id{.+}",
    family: "openai-generation",
    summary: "The served model",
    response: openAiLanguageModel,
  }),
};

export type OpenAiServedMessage = z.output<typeof openAiServedMessage>;
export type OpenAiServedChatRequest = z.output<typeof openAiServedChatRequest>;
export type OpenAiServedChatResponse = z.infer<typeof openAiServedChatResponse>;
export type OpenAiChatEvent = z.infer<typeof openAiChatEvent>;
export type OpenAiLanguageModel = z.infer<typeof openAiLanguageModel>;
