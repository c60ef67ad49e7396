/** Fields in which clients of other servers say how text is to be drawn and what it must look like. All may be null. */
import { z } from "zod";
import { maxStopStringLength, maxStopStrings, samplingOptions } from "./generate-text.ts";

const { temperature, minP, repetitionPenalty, frequencyPenalty, presencePenalty } = samplingOptions.shape;

const stopString = z.string().min(1).max(maxStopStringLength);

/** Any whole number; those beyond 2^53 have lost digits on the way and are folded into what is left. */
export const seedField = z
  .number()
  .refine((value) => Number.isInteger(value), "Send a whole number.")
  .transform((value) => (Number.isSafeInteger(value) ? value : value % Number.MAX_SAFE_INTEGER))
  .nullish()
  .describe("Any whole number; the same one gives the same answer again.");

/** How tokens are drawn, in the words of OpenAI, text-generation-inference and vLLM. */
export const dialectSampling = {
  temperature: temperature.nullish(),
  top_p: z.number().min(0).max(1).nullish().describe("Draw from the likeliest tokens that together have this probability; 1: from all."),
  top_k: z.number().int().min(-1).nullish().describe("Draw from this many likeliest tokens; 0 or -1: from all."),
  min_p: minP.nullish(),
  repetition_penalty: repetitionPenalty.nullish(),
  frequency_penalty: frequencyPenalty.nullish(),
  presence_penalty: presencePenalty.nullish(),
  stop: z
    .union([z.string().max(maxStopStringLength), z.array(stopString).max(maxStopStrings)], {
      error: `stop must be a text or up to ${maxStopStrings} texts of up to ${maxStopStringLength} characters.`,
    })
    .nullish()
    .describe(`Text, or up to ${maxStopStrings} texts, that end the answer where one appears.`),
  seed: seedField,
};

/** Longest answer; -1 is LangChain's word for "as the server likes". */
export const maxTokensField = z
  .union([z.literal(-1), z.number().int().positive()], { error: "Send a whole number of tokens from 1." })
  .nullish()
  .describe("Longest answer in tokens. Default the server's.");

/**
 * What an answer must look like, in every spelling that is around. At most one of them may be given. They are read by
 * the server (read-constraint.ts); what it cannot enforce is refused by name.
 */
export const dialectConstraints = {
  response_format: z
    .unknown()
    .optional()
    .describe(
      "{type: text | json_object | json_schema | regex | choice}; the schema as json_schema.schema, schema or value. In place of a JSON Schema also {field: type} with the types string, number, integer, boolean and their lists, e.g. string[].",
    ),
  grammar: z
    .unknown()
    .optional()
    .describe("{type: json | json_object | json_schema | regex | choice, value}; text-generation-inference's spelling."),
  json_schema: z.unknown().optional().describe("A JSON Schema; llama.cpp's spelling."),
  guided_json: z.unknown().optional().describe("A JSON Schema; vLLM's older spelling."),
  guided_regex: z.unknown().optional().describe("A regular expression; vLLM's older spelling."),
  guided_choice: z.unknown().optional().describe("A list of texts; vLLM's older spelling."),
  structured_outputs: z.unknown().optional().describe("{json | regex | choice}; vLLM's spelling."),
};

/** Facts that our servers add to answers in other dialects. */
export const warningsField = z
  .array(z.string())
  .optional()
  .describe("What of the request was not followed, in words; left out when there is nothing (an addition of ours).");
