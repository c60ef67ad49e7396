/**
 * The language-model Space of the original application (its "Hugging Face Spaces" client, diagnostics and guides): one
 * request in many bodies on many paths.
 */
import { z } from "zod";
import { chatTurn, maxAnswersPerRequest } from "./generate-text.ts";
import { maxChatTurns } from "./generate-text-routes.ts";
import { maxTokensField, warningsField } from "./generation-dialects.ts";
import { generationTimings, generationUsage } from "./generation-facts.ts";
import { defineRoute } from "./route.ts";
import { tgiDetails, tgiParameters, tgiStreamResponse } from "./tgi-generation.ts";

const contextField = z
  .union([z.string(), z.record(z.string(), z.unknown())])
  .nullish()
  .describe("Facts, as an object or as its JSON; they are put before the prompt.");

const historyTurn = z.looseObject({ role: z.string(), content: z.string() });

/** `parameters`, `params` or the body itself: TGI's, and what the original's guides add. */
export const originalParameters = tgiParameters.extend({
  max_tokens: maxTokensField.describe("Another name of max_new_tokens."),
  max_length: maxTokensField.describe("Another name of max_new_tokens, as the original's client means it."),
  num_return_sequences: z
    .number()
    .int()
    .min(1)
    .max(maxAnswersPerRequest)
    .nullish()
    .describe("Answers to draw; all of them come as generated_texts."),
  n: z.number().int().min(1).max(maxAnswersPerRequest).nullish().describe("Another name of num_return_sequences."),
  context: contextField,
  abstraction_context: contextField,
  conversation_history: z
    .union([z.string(), z.array(z.union([z.string(), historyTurn])).max(maxChatTurns)])
    .nullish()
    .describe("What was said before: turns of {role, content}, or text."),
  system_prompt: z.string().nullish().describe("Instructions, for models that understand conversations."),
  chat_template: z
    .boolean()
    .nullish()
    .describe("false: the prompt is gone on with as it stands. Default: a model with a chat template reads it as a person's message."),
});

/** Names under which the prompt may come; exactly one is used. */
export const promptFields = ["inputs", "prompt", "text", "query", "data", "messages"] as const;

const promptField = z.string().optional().describe("The prompt.");

/** Body of every route of the original. */
export const originalGenerateRequest = originalParameters
  .extend({
    inputs: promptField,
    prompt: promptField.describe("Another name of inputs."),
    text: promptField.describe("Another name of inputs."),
    query: promptField.describe("Another name of inputs."),
    data: z
      .tuple([z.string()], z.unknown())
      .optional()
      .describe("Gradio's form: the prompt, and perhaps an object of parameters. It is answered with {data: [text]}."),
    messages: z.array(chatTurn).min(1).max(maxChatTurns).optional().describe("A conversation in place of the prompt."),
    parameters: originalParameters.nullish().describe("How the answer is drawn."),
    params: originalParameters.nullish().describe("Another name of parameters."),
    options: z.looseObject({}).nullish().describe("Options of Hugging Face's inference API; ignored."),
    stream: z.boolean().nullish().describe("true: server-sent events, as POST /generate_stream."),
  })
  .superRefine((body, context) => {
    const given = promptFields.filter((name) => body[name] !== undefined);
    if (given.length > 1) context.addIssue({ code: "custom", message: `Send only one of ${given.join(", ")}.` });
    if (given.length === 0) context.addIssue({ code: "custom", message: 'Send the prompt as {"inputs": "..."}.' });
  });

/** What the original's client reads (generated_text, model_version, context_applied), and what happened. */
export const originalGenerateResponse = z.object({
  generated_text: z.string().describe("The answer; with return_full_text the prompt before it."),
  generated_texts: z.array(z.string()).optional().describe("All answers, where several were asked for."),
  model: z.string().describe("Name of the model."),
  model_version: z.string().describe("Its revision."),
  finish_reason: z.enum(["length", "eos_token", "stop_sequence"]),
  seed: z.number().int().describe("Sending it again gives the answer again."),
  context_applied: z.boolean().describe("Whether a context was put before the prompt."),
  abstraction_applied: z.boolean().describe("Whether an abstraction's context was."),
  generation_time: z.number().describe("Seconds."),
  usage: generationUsage,
  timings: generationTimings,
  details: tgiDetails.optional(),
  warnings: warningsField,
});

/** The answer to a body with `data`. */
export const gradioResponse = originalGenerateResponse.extend({
  data: z.array(z.string()).describe("The answers."),
  duration: z.number().describe("Seconds."),
  is_generating: z.literal(false),
});

/** Paths on which all bodies are understood. */
export const originalPaths = ["/api/generate", "/v1/generate", "/api/predict", "/run/predict", "/run", "/predict"] as const;

/** A route for answers, one for Gradio's bodies and one for streams, per path. */
export const originalRoutes = originalPaths.map((path) => {
  const shared = { method: "POST", family: "tgi", path, request: originalGenerateRequest } as const;
  return {
    answer: defineRoute({ ...shared, summary: "Write text, for the original client", response: originalGenerateResponse }),
    gradio: defineRoute({ ...shared, summary: "Write text, in Gradio's form", response: gradioResponse }),
    stream: defineRoute({ ...shared, summary: "Write text token by token", response: tgiStreamResponse, streams: "events" }),
  };
});

const rootShared = { method: "POST", family: "tgi", path: "/", request: originalGenerateRequest } as const;

/**
 * The root: a body with `inputs` is text-generation-inference's and is answered with a list, with the prompt before the
 * answer unless return_full_text says otherwise; every other body is the original's.
 */
export const rootRoutes = {
  list: defineRoute({
    ...rootShared,
    summary: "Write text, for Hugging Face's pipeline API",
    response: z.array(z.object({ generated_text: z.string(), details: tgiDetails.optional() })),
  }),
  answer: defineRoute({ ...rootShared, summary: "Write text, for the original client", response: originalGenerateResponse }),
  gradio: defineRoute({ ...rootShared, summary: "Write text, in Gradio's form", response: gradioResponse }),
  stream: defineRoute({ ...rootShared, summary: "Write text token by token", response: tgiStreamResponse, streams: "events" }),
};

export type OriginalParameters = z.output<typeof originalParameters>;
export type OriginalGenerateRequest = z.output<typeof originalGenerateRequest>;
export type OriginalGenerateResponse = z.infer<typeof originalGenerateResponse>;
