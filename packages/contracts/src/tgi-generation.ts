/**
 * text-generation-inference as its clients speak it.
 * @source https://github.com/huggingface/text-generation-inference, router/src/lib.rs and server.rs, revision db931fcf
 */
import { z } from "zod";
import { maxAnswersPerRequest, maxTopTokens } from "./generate-text.ts";
import { dialectConstraints, dialectSampling, maxTokensField, warningsField } from "./generation-dialects.ts";
import { defineRoute } from "./route.ts";

/** `parameters` of TGI's requests, and of the original client's. */
export const tgiParameters = z.looseObject({
  ...dialectSampling,
  ...dialectConstraints,
  max_new_tokens: maxTokensField,
  do_sample: z.boolean().nullish().describe("false: always the likeliest token. Default: as temperature says."),
  return_full_text: z.boolean().nullish().describe("Put the prompt before the answer. Default false; at / without a name of a path true."),
  best_of: z.number().int().min(1).max(maxAnswersPerRequest).nullish().describe("Draw this many answers and give the likeliest one."),
  details: z.boolean().nullish().describe("Tell tokens, finish reason and seed."),
  decoder_input_details: z.boolean().nullish().describe("Tokens of the prompt; only false."),
  top_n_tokens: z.number().int().min(0).max(maxTopTokens).nullish().describe("Alternatives told beside each token, with details."),
  truncate: z.number().int().positive().nullish().describe("Longest prompt in tokens; a longer one is refused and not cut."),
  typical_p: z.number().nullish().describe("Ignored with a warning."),
  watermark: z.boolean().nullish().describe("Ignored with a warning."),
  adapter_id: z.string().nullish().describe("Ignored with a warning."),
});

/** `POST /generate` and `POST /generate_stream`. */
export const tgiGenerateRequest = z.looseObject({
  inputs: z.string().describe("The text to go on with, as it stands."),
  parameters: tgiParameters.nullish().describe("How the answer is drawn."),
});

const tgiToken = z.object({
  id: z.number().int(),
  text: z.string(),
  logprob: z.number().describe("Natural logarithm of its probability."),
  special: z.boolean().describe("Whether it is a control token."),
});

const tgiSequence = {
  finish_reason: z.enum(["length", "eos_token", "stop_sequence"]).describe("Why it ended."),
  generated_tokens: z.number().int().nonnegative(),
  seed: z.number().int().nullable(),
};

/** Tokens and why an answer ended. */
export const tgiDetails = z.object({
  ...tgiSequence,
  prefill: z.array(z.unknown()).describe("Always empty."),
  tokens: z.array(tgiToken),
  top_tokens: z.array(z.array(tgiToken)).optional(),
  best_of_sequences: z.array(z.object({ ...tgiSequence, generated_text: z.string(), tokens: z.array(tgiToken) })).optional(),
});

/** Answer of `POST /generate`. */
export const tgiGenerateResponse = z.object({
  generated_text: z.string(),
  details: tgiDetails.optional().describe("Where details or decoder_input_details asked for it."),
  warnings: warningsField,
});

/** One event of `POST /generate_stream`. */
export const tgiStreamResponse = z.object({
  index: z.number().int().describe("Number of the token, from 1."),
  token: tgiToken,
  top_tokens: z.array(tgiToken).optional(),
  generated_text: z.string().nullable().describe("The whole answer, in the last event."),
  details: z
    .object({ ...tgiSequence, input_length: z.number().int().describe("Tokens of the prompt.") })
    .nullable()
    .describe("In the last event."),
  warnings: warningsField,
});

const shared = { method: "POST", family: "tgi", request: tgiGenerateRequest } as const;

/** `POST /generate`. */
export const tgiGenerateRoute = defineRoute({
  ...shared,
  path: "/generate",
  summary: "Write text, for text-generation-inference clients",
  response: tgiGenerateResponse,
});

/** `POST /generate_stream`. */
export const tgiGenerateStreamRoute = defineRoute({
  ...shared,
  path: "/generate_stream",
  summary: "Write text token by token, for text-generation-inference clients",
  response: tgiStreamResponse,
  streams: "events",
});

export type TgiParameters = z.output<typeof tgiParameters>;
export type TgiGenerateRequest = z.output<typeof tgiGenerateRequest>;
export type TgiDetails = z.infer<typeof tgiDetails>;
export type TgiGenerateResponse = z.infer<typeof tgiGenerateResponse>;
export type TgiStreamResponse = z.infer<typeof tgiStreamResponse>;
export type TgiToken = z.infer<typeof tgiToken>;
