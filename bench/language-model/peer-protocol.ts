import type { GenerationGrammar } from "@repo/contracts/generation-grammar";

/** What a peer is told when it starts. */
export interface PeerModel {
  /** Folder in the hub's layout. */
  folder: string;
  precision: "fp32" | "int8" | "q4";
  /** Threads of one step. */
  threads: number;
}

/** A prompt, and the tokens it is read as. */
export interface BenchPrompt {
  text: string;
  ids: number[];
}

/** Work for a peer: prompts that arrive together. */
export interface PeerTask {
  prompts: BenchPrompt[];
  /** Tokens to write behind each, the likeliest ones. */
  newTokens: number;
  /** What the answers must look like; only Outpost is asked for it. */
  grammar?: GenerationGrammar;
}

/** How it went. */
export interface PeerResult {
  /** From the task's arrival until the first prompt, and until every prompt, had its first token. */
  firstTokenMs: number;
  allFirstMs: number;
  /** From there to the end, when all answers were under way: tokens, time, and processor time of the whole process. */
  tokens: number;
  writingMs: number;
  writingCpuMs: number;
  /** Processor time from the arrival until every prompt had its first token. */
  readingCpuMs: number;
}
