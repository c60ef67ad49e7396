import { z } from "zod";
import type { CallContext } from "./call-context.ts";
import { chunkedInput, longTextFields, type ChunkedInput, type LongTextPolicy } from "./long-texts.ts";
import { modelIdentity, type ModelIdentity } from "./model-info.ts";
import { outputFields, outputTypes } from "./output-types.ts";
import { purposeFields, type InputType } from "./text-prompts.ts";

/** Most inputs one request may carry: OpenAI's ceiling, and the largest that known clients send. */
export const maxInputsPerRequest = 2048;

const oneOrMany = z.union([z.string(), z.array(z.string())]);

const inputFields = ["texts", "text", "input", "inputs", "sentences"] as const;

/** `POST /embed` as people send it: exactly one of the five input fields, everything else optional. */
export const embedTextRequest = z
  .object({
    texts: oneOrMany.optional().describe("Texts to embed: a string or a list of up to 2,048."),
    text: oneOrMany.optional().describe("Alias of texts."),
    input: oneOrMany.optional().describe("Alias of texts."),
    inputs: oneOrMany.optional().describe("Alias of texts."),
    sentences: oneOrMany.optional().describe("Alias of texts."),
    normalize: z.boolean().default(true).describe("Scale every vector to length 1."),
    ...longTextFields,
    truncation_direction: z.enum(["left", "right"]).default("right").describe("Which end of an over-long input is cut."),
    ...outputFields,
    ...purposeFields,
    dimensions: z
      .number()
      .int()
      .positive()
      .nullish()
      .describe("Length of the vectors; only the model's own is supported unless the Space says otherwise."),
  })
  .superRefine((body, context) => {
    const given = inputFields.filter((name) => body[name] !== undefined);
    if (given.length !== 1) {
      context.addIssue({
        code: "custom",
        message: given.length === 0 ? 'Send the texts as {"texts": ["..."]}.' : `Send only one of ${given.join(", ")}.`,
      });
    }
  });

/** See {@link embedTextRequest}. */
export type EmbedTextRequest = z.input<typeof embedTextRequest>;

/** The texts of a parsed request, always as a list. */
export function toTexts(request: z.output<typeof embedTextRequest>): string[] {
  const value = inputFields.map((name) => request[name]).find((candidate) => candidate !== undefined);
  return typeof value === "string" ? [value] : (value ?? []);
}

/** An input that was cut to the model's limit. */
export const truncatedInput = z.object({
  index: z.number().int().nonnegative().describe("Position in the request."),
  tokens: z.number().int().positive().describe("Tokens the whole input has, special tokens included."),
});

/** Answer of `POST /embed`. */
export const embedTextResponse = modelIdentity.extend({
  embeddings: z
    .array(z.union([z.array(z.number()), z.string()]))
    .describe("One vector per text, in order; base64 strings when asked for; packed bytes with a binary output type."),
  embedding: z
    .union([z.array(z.number()), z.string()])
    .optional()
    .describe("The only vector, when the input was a single string."),
  count: z.number().int().nonnegative(),
  usage: z.object({ tokens: z.number().int().nonnegative().describe("Tokens the model read, special tokens included.") }),
  token_counts: z
    .array(z.number().int().nonnegative())
    .optional()
    .describe("Tokens the model read per text, in order; older Spaces leave it out."),
  truncated: z.array(truncatedInput).describe("Inputs that were cut; empty when none."),
  chunked: z.array(chunkedInput).optional().describe("Inputs that were embedded in pieces; left out when none."),
  output_type: z.enum(outputTypes).optional().describe("Type of the numbers, when it is not float."),
  scale: z.number().optional().describe("With output_type int8: the factor that turns its numbers back into the vectors."),
});

export type EmbedTextResponse = z.infer<typeof embedTextResponse>;
export type TruncatedInput = z.infer<typeof truncatedInput>;

/** What an embedding service is asked, free of any wire format. */
export interface EmbedTexts {
  /** Texts, or token ids of the model's own vocabulary without special tokens. */
  texts: readonly (string | readonly number[])[];
  /** Default true. */
  normalize?: boolean | undefined;
  /** What is done with texts over the model's limit. Default "truncate". */
  longText?: LongTextPolicy | undefined;
  /** Which end is cut. Default "right". */
  truncationDirection?: "left" | "right" | undefined;
  /** What the texts are. Default "passage". */
  inputType?: InputType | undefined;
  /** One of the model's prompts by name; with an inputType it must be the one of that name. */
  promptName?: string | undefined;
  /** Default the model's own; others throw invalid_request unless the model supports them. */
  dimensions?: number | undefined;
}

/** What an embedding service answers. */
export interface EmbeddedTexts {
  identity: ModelIdentity;
  /** One vector per text, in order; float32 [dimensions], unit length unless normalize was false. */
  vectors: Float32Array[];
  /** Tokens the model read per text, special tokens included. */
  tokenCounts: number[];
  truncated: TruncatedInput[];
  /** Texts that were embedded in pieces; undefined when none. */
  chunked?: ChunkedInput[] | undefined;
  /** Where the time went, milliseconds; absent parts were not measured. */
  timings: { tokenizeMs?: number; queueMs?: number; inferenceMs?: number };
}

/** One token as `/tokenize` reports it. */
export interface TokenInfo {
  id: number;
  text: string;
  special: boolean;
  /** Character offsets in the text, null on special tokens. */
  start: number | null;
  stop: number | null;
}

/** Facts about the served model that clients ask for before they send anything. */
export interface EmbeddingModelInfo extends ModelIdentity {
  /** Longest input in tokens, special tokens included. */
  maxTokens: number;
  pooling: "mean" | "cls";
  /** fp32, int8-row or int8-static. */
  precision: string;
  /** Names of the prompts that prompt_name may name. */
  promptNames: readonly string[];
}

/**
 * The capability "turn texts into vectors". A Space implements it with a model, client-kit implements it with a URL;
 * an app cannot tell them apart.
 *
 * All methods throw CodedError: invalid_request, input_too_long, overloaded, deadline_exceeded, cancelled,
 * inference_failed, model_unavailable (and, from a client, what the Space answered).
 */
export interface TextEmbedder {
  /** The model's facts. A client asks the Space once and remembers. */
  info(context?: CallContext): Promise<EmbeddingModelInfo>;
  embed(request: EmbedTexts, context?: CallContext): Promise<EmbeddedTexts>;
}

/** What a Space with a text-embedding model can do beyond {@link TextEmbedder}; the compatibility routes need it. */
export interface TextEmbeddingService extends TextEmbedder {
  /** Per-token vectors, float32 [tokens][dimensions] per text, not normalised; longText "chunk" is "truncate" here. */
  embedTokens(request: EmbedTexts, context?: CallContext): Promise<Float32Array[][]>;
  /** Without a promptName the text alone. */
  tokenize(text: string, options: { addSpecialTokens: boolean; promptName?: string | undefined }): TokenInfo[];
  decode(ids: readonly number[], options: { skipSpecialTokens: boolean }): string;
}
