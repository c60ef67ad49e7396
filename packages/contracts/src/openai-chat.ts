/**
 * The part of OpenAI's chat completions that this repository uses and its language-model Space has to serve.
 * @source https://platform.openai.com/docs/api-reference/chat/create
 */
import { z } from "zod";
import { defineRoute } from "./route.ts";

/** One message of a conversation. */
export const openAiChatMessage = z.object({
  role: z.enum(["system", "user", "assistant"]).describe("Who speaks; system gives the instructions."),
  content: z.string().describe("What is said, as text."),
});

/** What the answer must look like. */
export const openAiResponseFormat = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text") }),
  z.object({ type: z.literal("json_object") }).describe("Any JSON object."),
  z.object({
    type: z.literal("json_schema"),
    json_schema: z.object({
      name: z
        .string()
        .regex(/^[\w-]{1,64}$/)
        .describe("Name of the form: letters, digits, _ and -, at most 64."),
      schema: z.record(z.string(), z.unknown()).describe("JSON Schema of the answer."),
      strict: z.boolean().nullish().describe("true: the answer follows the schema exactly, or the request fails."),
    }),
  }),
]);

/** `POST /v1/chat/completions`, answered at once (not streamed). */
export const openAiChatRequest = z.object({
  model: z.string().describe("Name of the model; a Space serves one and answers with its name."),
  messages: z.array(openAiChatMessage).min(1).describe("The conversation, oldest first."),
  temperature: z.number().min(0).max(2).nullish().describe("0 (always the likeliest word) to 2. Default 1."),
  max_tokens: z.number().int().positive().nullish().describe("Longest answer in tokens. Default the server's."),
  response_format: openAiResponseFormat.nullish().describe("Default text."),
  stream: z.literal(false).nullish().describe("Only false: the answer comes in one piece."),
});

/** Answer of `POST /v1/chat/completions`. */
export const openAiChatResponse = z.object({
  model: z.string().nullish().describe("Name of the model that answered."),
  choices: z
    .array(
      z.object({
        message: z.object({
          content: z.string().nullish().describe("The answer; null where the model refused."),
          refusal: z.string().nullish().describe("Why it refused."),
        }),
        finish_reason: z.string().nullish().describe("stop, length (max_tokens was reached) or content_filter."),
      }),
    )
    .min(1)
    .describe("One answer."),
  usage: z
    .object({ prompt_tokens: z.number().int().nonnegative(), completion_tokens: z.number().int().nonnegative() })
    .nullish()
    .describe("Tokens read and written."),
});

/** Under the official path, and without a version for base URLs that bring their own. */
export const [openAiChatRoute, unversionedOpenAiChatRoute] = (["/v1/chat/completions", "/chat/completions"] as const).map((path) =>
  defineRoute({
    method: "POST",
    path,
    family: "openai",
    summary: "An answer of a language model, for OpenAI clients",
    request: openAiChatRequest,
    response: openAiChatResponse,
  }),
) as [ChatRoute, ChatRoute];

type ChatRoute = ReturnType<typeof defineRoute<typeof openAiChatRequest, typeof openAiChatResponse>>;

export type OpenAiChatMessage = z.infer<typeof openAiChatMessage>;
export type OpenAiChatRequest = z.input<typeof openAiChatRequest>;
export type OpenAiChatResponse = z.infer<typeof openAiChatResponse>;
