import type { CompiledGrammar } from "@repo/grammar/compiled-grammar";
import type { AnswerWriter } from "./answer-writer.ts";
import type { KvSnapshot } from "./kv-arena.ts";
import type { GenerationJob } from "./language-model-protocol.ts";

/** A text in a row: what its keys and values stand for. */
export interface RowText {
  task: GenerationTask;
  row: number;
  /** Prompt and answer so far. */
  tokens: number[];
  /** How many of the tokens the row holds; the others are still to be read. */
  filled: number;
}

/** An answer that is being written. */
export interface WritingAnswer extends RowText {
  answer: number;
  writer: AnswerWriter;
}

/** A request from its arrival to its end. */
export interface GenerationTask {
  job: GenerationJob;
  grammar: CompiledGrammar | undefined;
  /** Moments on performance.now()'s clock. */
  receivedAt: number;
  startedAt: number;
  promptReadAt: number;
  firstTokenAt: number;
  /** Prompt tokens that were known already. */
  cachedTokens: number;
  generatedTokens: number;
  /** Logits behind the prompt; every answer begins with a copy. */
  promptLogits: Float32Array | undefined;
  /** The prompt's keys and values while answers wait for a row. */
  snapshot: KvSnapshot | undefined;
  /** Answers that have not begun, by number. */
  waiting: number[];
  /** Answers that have not ended. */
  open: number;
  isOver: boolean;
}

/** A request as it arrived. */
export function createTask(job: GenerationJob, grammar: CompiledGrammar | undefined, now: number): GenerationTask {
  return {
    job,
    grammar,
    receivedAt: now,
    startedAt: 0,
    promptReadAt: 0,
    firstTokenAt: 0,
    cachedTokens: 0,
    generatedTokens: 0,
    promptLogits: undefined,
    snapshot: undefined,
    waiting: Array.from({ length: job.answers }, (_, answer) => answer),
    open: job.answers,
    isOver: false,
  };
}

/** Positions that a row of the task may come to need. */
export function rowLengthOf({ job }: GenerationTask): number {
  return job.prompt.length + job.maxNewTokens;
}

/** Tokens that are written but not read. */
export function pendingOf({ tokens, filled }: RowText): number {
  return tokens.length - filled;
}
