/** What the server's thread and the thread of a language model say to each other. Plain data: it is structured-cloned. */
import type { ErrorCode } from "@repo/contracts/coded-error";
import type { FinishReason, GeneratedToken, GenerationTimings, TokenUsage } from "@repo/contracts/generate-text";
import type { GenerationGrammar } from "@repo/contracts/generation-grammar";
import type { SamplerSettings } from "./sampler.ts";

/** One request, with everything decided that its answer depends on. */
export interface GenerationJob {
  id: number;
  prompt: Int32Array;
  answers: number;
  /** Longest answer, end token included. */
  maxNewTokens: number;
  sampling: SamplerSettings;
  seed: number;
  stop: readonly string[];
  topTokens: number;
  grammar?: GenerationGrammar | undefined;
  /** Prompts of one salt may share what was read of them. */
  salt: string;
  /** False for work that must be done anew, such as a probe. */
  isReusing: boolean;
}

/** How the thread gets its model, and what it may take. */
export interface OpenLanguageModel {
  /** Folder with tokenizer.json. */
  directory: string;
  /** The model's own file; it is rewritten into `cacheDirectory`. */
  onnxPath: string;
  cacheDirectory: string;
  threads: number;
  /** See rewrite-decoder.ts. */
  openAccuracyLevel?: number | undefined;
  endTokens: readonly number[];
  limits: LanguageModelLimits;
}

/** Bounds of what is written at the same time. */
export interface LanguageModelLimits {
  /** Answers written at the same time. */
  maxRows: number;
  /** Bytes of keys and values, of texts that are written and of texts that are kept. */
  kvBytes: number;
  /** Tokens of a prompt that are read before other answers get their next token. */
  chunkTokens: number;
  /** Whether prompts may start from what was read before. */
  isReusing: boolean;
}

/** What the graph was found to be able to do. */
export interface DecoderCapabilities {
  /** Several tokens can be read behind others: prompts in pieces, forced tokens, kept beginnings. */
  canContinue: boolean;
  /** Several texts can be continued in one run. */
  canBatch: boolean;
  /** Keys and values can be copied and cut. */
  canFork: boolean;
  /** Facts and measurements for people, by name. */
  report: Record<string, boolean | number | string>;
}

/** Rates of this moment. */
export interface LanguageModelRates {
  /** Prompt tokens per second while reading. */
  promptTokensPerSecond: number;
  /** Milliseconds of a step in which every answer gets one token, as last measured. */
  stepMs: number;
}

/** Numbers of a moment. */
export interface LanguageModelStats extends LanguageModelRates {
  /** Answers being written, and prompts being read. */
  activeRows: number;
  queued: number;
  keptEntries: number;
  keptBytes: number;
  kvBytes: number;
  cachedTokens: number;
  promptTokens: number;
  generatedTokens: number;
  steps: number;
}

/** To the thread. */
export type LanguageModelRequest =
  | { kind: "open"; model: OpenLanguageModel }
  | { kind: "generate"; job: GenerationJob }
  | { kind: "cancel"; id: number }
  /** End; nothing more is expected. */
  | { kind: "close" };

/** Something that happened to a request. */
export type JobEvent =
  /** It has left the queue. */
  | { kind: "started"; id: number }
  | { kind: "token"; id: number; answer: number; token: GeneratedToken }
  | { kind: "answer"; id: number; answer: number; finishReason: FinishReason; stoppedBy?: string }
  | { kind: "end"; id: number; usage: TokenUsage; timings: GenerationTimings }
  | { kind: "failed"; id: number; code: ErrorCode; message: string; details?: Record<string, unknown> };

/** From the thread. */
export type LanguageModelReply =
  | {
      kind: "opened";
      loadMs: number;
      capabilities: DecoderCapabilities;
      vocabularySize: number;
      kvBytesPerToken: number;
      stats: LanguageModelStats;
    }
  /** After every step, also one without events: it shows that the thread lives. */
  | { kind: "step"; events: JobEvent[]; stats: LanguageModelStats };
