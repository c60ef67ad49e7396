/** Writing text with a language model: the capability that a Space implements and a client calls. */
import { z } from "zod";
import type { CallContext } from "./call-context.ts";
import type { GenerationGrammar } from "./generation-grammar.ts";
import type { HostedService } from "./hosted-service.ts";

/** Most answers to one prompt. */
export const maxAnswersPerRequest = 16;

/** Most stop strings of one request. */
export const maxStopStrings = 16;

/** Longest stop string, characters. */
export const maxStopStringLength = 200;

/** Most alternatives reported beside each token. @source OpenAI's top_logprobs */
export const maxTopTokens = 20;

/** Who speaks in a conversation. */
export const chatRoles = ["system", "user", "assistant"] as const;

/** One turn of a conversation. */
export const chatTurn = z.object({
  role: z.enum(chatRoles).describe("Who speaks; system gives the instructions."),
  content: z.string().describe("What is said. Control tokens in it are read as plain text."),
});

/** How an answer is drawn. Absent fields take the model's own defaults, which `info` tells. */
export const samplingOptions = z.object({
  maxNewTokens: z.number().int().positive().optional().describe("Longest answer in tokens, its end token included."),
  temperature: z.number().min(0).max(5).optional().describe("0: always the likeliest token; above 1: more daring."),
  topK: z.number().int().min(0).optional().describe("Draw from this many likeliest tokens; 0: from all."),
  topP: z.number().gt(0).max(1).optional().describe("Draw from the likeliest tokens that together have this probability; 1: from all."),
  minP: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("Leave out tokens less likely than this share of the likeliest one's probability; 0: none."),
  repetitionPenalty: z.number().gt(0).max(10).optional().describe("Divides the logits of tokens seen before (CTRL's penalty); 1: none."),
  frequencyPenalty: z.number().min(-2).max(2).optional().describe("Taken off a token's logit for each time it was written; 0: none."),
  presencePenalty: z.number().min(-2).max(2).optional().describe("Taken off the logit of tokens that were written; 0: none."),
  stop: z
    .array(z.string().min(1).max(maxStopStringLength))
    .max(maxStopStrings)
    .optional()
    .describe("Texts that end the answer where one appears; it is not part of the answer."),
  seed: z
    .number()
    .int()
    .optional()
    .describe("Same seed, same request, same model: same answer, whatever else is being written. Default random."),
});

/** See {@link chatTurn}. */
export type ChatTurn = z.infer<typeof chatTurn>;

/** See {@link samplingOptions}. */
export type SamplingOptions = z.infer<typeof samplingOptions>;

/** What is to be continued or answered. */
export type GenerationInput = { prompt: string } | { messages: readonly ChatTurn[] };

/** One request for text. */
export interface GenerationRequest {
  /** A text to go on with as it stands, or a conversation that the model's chat template puts into its form. */
  input: GenerationInput;
  sampling?: SamplingOptions | undefined;
  /** Answers to draw, 1 to 16; the prompt is read once for all. Default 1. Answer i of a seed is drawn with its own stream of random numbers. */
  answers?: number | undefined;
  grammar?: GenerationGrammar | undefined;
  /** Alternatives reported beside each token, 0 to 20. Default 0. */
  topTokens?: number | undefined;
  /** What was read of a prompt is shared only with prompts of the same salt, such as those of one tenant. Default "". */
  cacheSalt?: string | undefined;
}

/** Why an answer ended: by its end token (or a finished grammar), at a stop string, or at maxNewTokens. */
export type FinishReason = "eos" | "stop" | "length";

/** A token as it was drawn. */
export interface GeneratedToken {
  id: number;
  /** Text the token added; empty while a character is incomplete or a stop string may be in the making. */
  text: string;
  /** Natural logarithm of its probability before temperature and filters, under the grammar if there is one. */
  logProbability: number;
  /** Whether it is a control token, such as the end of the answer. */
  special: boolean;
  /** Alternatives, likeliest first, where topTokens asked for them. */
  top?: { id: number; text: string; logProbability: number }[];
}

/** What a request cost, in tokens. */
export interface TokenUsage {
  promptTokens: number;
  /** Prompt tokens that were known from an earlier request and not read again. */
  cachedTokens: number;
  /** Tokens written over all answers. */
  generatedTokens: number;
}

/** Where the time of a request went, milliseconds. */
export interface GenerationTimings {
  queueMs: number;
  prefillMs: number;
  decodeMs: number;
  /** From the request's arrival to its first token. */
  firstTokenMs: number;
}

/** One answer, whole. */
export interface GeneratedAnswer {
  text: string;
  finishReason: FinishReason;
  /** The stop string that ended it. */
  stoppedBy?: string;
  tokens: GeneratedToken[];
  /** The seed it was drawn with; sending it again gives the answer again. */
  seed: number;
}

/** What a stream tells: tokens of the answers as they are drawn, each answer's end, then the end of the request. */
export type GenerationEvent =
  | { type: "token"; answer: number; token: GeneratedToken }
  | { type: "answer"; answer: number; finished: GeneratedAnswer }
  | { type: "end"; usage: TokenUsage; timings: GenerationTimings };

/** All answers of a request. */
export interface GenerationResult {
  model: LanguageModelIdentity;
  answers: GeneratedAnswer[];
  usage: TokenUsage;
  timings: GenerationTimings;
}

/** Which language model answered. */
export interface LanguageModelIdentity {
  /** Name, e.g. HuggingFaceTB/SmolLM2-135M-Instruct or outpost/pocket-llm. */
  model: string;
  /** Commit of its repository, or hash of its weights. */
  revision: string;
}

/** Facts about the served language model. */
export interface LanguageModelInfo extends LanguageModelIdentity {
  /** fp32, int8 or q4. */
  precision: string;
  /** Longest prompt and answer together, tokens. */
  contextTokens: number;
  /** Longest prompt, tokens. */
  maxPromptTokens: number;
  /** Longest answer, tokens. */
  maxNewTokens: number;
  /** Answer's length where a request names none, tokens. */
  defaultNewTokens: number;
  /** Answers written at the same time. */
  maxConcurrentAnswers: number;
  vocabularySize: number;
  /** Whether conversations are understood (a chat template is there). */
  hasChatTemplate: boolean;
  /** Sampling where a request names none. */
  defaultSampling: SamplingOptions;
  /** What the model's graph was found to be able to do at load, e.g. prefix_reuse, batched_decode, forced_tokens. */
  capabilities: Record<string, boolean | number | string>;
}

/**
 * The capability "write text". A Space implements it with a model, client-kit with a URL.
 *
 * Both throw CodedError: invalid_request (sampling out of range, grammar that is not supported or cannot fit into
 * maxNewTokens), input_too_long (prompt and answer exceed the context), overloaded (429, never 503), deadline_exceeded,
 * cancelled, inference_failed, model_unavailable.
 */
export interface TextGenerator {
  info(context?: CallContext): Promise<LanguageModelInfo>;
  generate(request: GenerationRequest, context?: CallContext): Promise<GenerationResult>;
  /**
   * The same, told as it is drawn. Rejections before the first token come from the first `next()`; leaving the loop
   * early, or the context's signal, frees the slot at once.
   */
  stream(request: GenerationRequest, context?: CallContext): AsyncIterable<GenerationEvent>;
  /** Number of tokens of a text, control tokens read as text; for budgets. */
  countTokens(input: GenerationInput, context?: CallContext): Promise<number>;
}

/** What a Space with a language model is, and what an app loads in its place. */
export type GenerationService = TextGenerator & HostedService;
