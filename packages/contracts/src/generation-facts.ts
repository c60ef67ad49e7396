/** What an answer cost, in OpenAI's words, and where its time went; part of answers in every dialect. */
import { z } from "zod";

/** Tokens read and written. */
export const generationUsage = z.object({
  prompt_tokens: z.number().int().nonnegative().describe("Tokens read."),
  completion_tokens: z.number().int().nonnegative().describe("Tokens written over all answers."),
  total_tokens: z.number().int().nonnegative().describe("Their sum."),
  prompt_tokens_details: z.object({ cached_tokens: z.number().int().nonnegative().describe("Tokens known from an earlier request.") }),
});

/** Where the time went. */
export const generationTimings = z.object({
  queue_ms: z.number().describe("Milliseconds of waiting."),
  prefill_ms: z.number().describe("Milliseconds of reading the prompt."),
  decode_ms: z.number().describe("Milliseconds of writing."),
  first_token_ms: z.number().describe("Milliseconds from the request's arrival to its first token."),
});

export type GenerationUsage = z.infer<typeof generationUsage>;
export type GenerationTimingFields = z.infer<typeof generationTimings>;
