/** Our own routes of writing text: the capability's request and answer as they travel. */
import { z } from "zod";
import { chatTurn, maxAnswersPerRequest, maxTopTokens, samplingOptions } from "./generate-text.ts";
import { generationGrammar } from "./generation-grammar.ts";
import { defineRoute } from "./route.ts";

const sampling = samplingOptions.shape;

/** {@link samplingOptions} as they travel. */
export const samplingFields = {
  max_new_tokens: sampling.maxNewTokens,
  temperature: sampling.temperature,
  top_k: sampling.topK,
  top_p: sampling.topP,
  min_p: sampling.minP,
  repetition_penalty: sampling.repetitionPenalty,
  frequency_penalty: sampling.frequencyPenalty,
  presence_penalty: sampling.presencePenalty,
  stop: sampling.stop,
  seed: sampling.seed,
};

/** Most turns of a conversation. */
export const maxChatTurns = 1000;

const inputFields = {
  prompt: z.string().optional().describe("A text to go on with as it stands. Control tokens in it are read as plain text."),
  messages: z
    .array(chatTurn)
    .min(1)
    .max(maxChatTurns)
    .optional()
    .describe("A conversation, oldest turn first, in place of prompt; the model's chat template puts it into its form."),
};

function assertOneInput({ prompt, messages }: { prompt?: unknown; messages?: unknown }, context: z.RefinementCtx): void {
  if (prompt === undefined && messages === undefined)
    context.addIssue({ code: "custom", message: 'Send what to write about as {"prompt": "..."} or as messages.' });
  if (prompt !== undefined && messages !== undefined) context.addIssue({ code: "custom", message: "Send either prompt or messages." });
}

/** Body of `POST /generate-text` and `POST /generate-text/stream`; a field that is not here is refused by name. */
export const generateTextRequest = z
  .strictObject({
    ...inputFields,
    ...samplingFields,
    answers: z
      .number()
      .int()
      .min(1)
      .max(maxAnswersPerRequest)
      .optional()
      .describe(`Answers to draw, 1 to ${maxAnswersPerRequest}; the prompt is read once for all. Default 1.`),
    grammar: generationGrammar.optional().describe("What every answer must look like, enforced token by token."),
    top_tokens: z
      .number()
      .int()
      .min(0)
      .max(maxTopTokens)
      .optional()
      .describe(`Alternatives reported beside each token, 0 to ${maxTopTokens}. Default 0.`),
  })
  .superRefine(assertOneInput);

const alternativeToken = z.object({
  id: z.number().int().describe("Id in the model's vocabulary."),
  text: z.string().describe("The token as text."),
  log_probability: z.number().describe("Natural logarithm of its probability; -9999 where a grammar rules it out."),
});

/** A token as it was drawn. */
export const generatedToken = alternativeToken.extend({
  text: z.string().describe("Text it added; empty while a character is incomplete or a stop string may be in the making."),
  special: z.boolean().describe("Whether it is a control token, such as the end of the answer."),
  top: z.array(alternativeToken).optional().describe("Alternatives, likeliest first, where top_tokens asked for them."),
});

const answerFields = {
  text: z.string().describe("The answer."),
  finish_reason: z.enum(["eos", "stop", "length"]).describe("eos: it was complete. stop: at a stop string. length: at max_new_tokens."),
  stopped_by: z.string().optional().describe("The stop string that ended it."),
  seed: z.number().int().describe("The seed it was drawn with; sending it again gives the answer again."),
};

const costFields = {
  usage: z.object({
    prompt_tokens: z.number().int().nonnegative().describe("Tokens of the prompt."),
    cached_tokens: z.number().int().nonnegative().describe("Of them, known from an earlier request and not read again."),
    generated_tokens: z.number().int().nonnegative().describe("Tokens written over all answers."),
  }),
  timings: z.object({
    queue_ms: z.number().describe("Milliseconds of waiting."),
    prefill_ms: z.number().describe("Milliseconds of reading the prompt."),
    decode_ms: z.number().describe("Milliseconds of writing."),
    first_token_ms: z.number().describe("Milliseconds from the request's arrival to its first token."),
  }),
};

const identityFields = {
  model: z.string().describe("Name of the model that answered."),
  revision: z.string().describe("Commit of its repository, or hash of its weights."),
};

/** Answer of `POST /generate-text`. */
export const generateTextResponse = z.object({
  ...identityFields,
  answers: z
    .array(z.object({ ...answerFields, tokens: z.array(generatedToken).describe("Its tokens, in order.") }))
    .describe("In the order of their numbers."),
  ...costFields,
});

/** One value of `POST /generate-text/stream`. */
export const generateTextEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("token"), answer: z.number().int().describe("Number of the answer, from 0."), token: generatedToken }),
  z
    .object({ type: z.literal("answer"), answer: z.number().int().describe("Number of the answer, from 0."), ...answerFields })
    .describe("An answer has ended; text is all of it."),
  z.object({ type: z.literal("end"), ...identityFields, ...costFields }).describe("The last value."),
]);

/** `POST /generate-text`. */
export const generateTextRoute = defineRoute({
  method: "POST",
  path: "/generate-text",
  family: "outpost",
  summary: "Write text: one or several answers to a prompt or a conversation",
  request: generateTextRequest,
  response: generateTextResponse,
});

/** `POST /generate-text/stream`: the same, told as it is drawn. */
export const generateTextStreamRoute = defineRoute({
  method: "POST",
  path: "/generate-text/stream",
  family: "outpost",
  summary: "Write text, token by token",
  description:
    "What is wrong with the request, or a full queue, is told with a status of its own before the first token. A caller that leaves ends the work.",
  request: generateTextRequest,
  response: generateTextEvent,
  streams: true,
});

/** `POST /count-tokens`. */
export const countTokensRoute = defineRoute({
  method: "POST",
  path: "/count-tokens",
  family: "outpost",
  summary: "How many tokens a prompt or a conversation has",
  request: z.strictObject(inputFields).superRefine(assertOneInput),
  response: z.object({
    ...identityFields,
    tokens: z.number().int().nonnegative().describe("Tokens, with those that the chat template adds."),
  }),
});

export type GenerateTextBody = z.output<typeof generateTextRequest>;
export type GenerateTextAnswer = z.infer<typeof generateTextResponse>;
export type GenerateTextEvent = z.infer<typeof generateTextEvent>;
