import type { GenerationGrammar } from "@repo/contracts/generation-grammar";

/** What a peer is told when it starts. */
export interface PeerModel {
  /** Folder in the hub's layout. */
  folder: string;
  precision: "fp32" | "int8" | "q4";
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
  /** From the task's arrival, per prompt. */
  firstTokenMs: number[];
  doneMs: number[];
  /** Tokens written, per prompt. */
  tokens: number[];
  /** Processor time of the whole process. */
  cpuMs: number;
}
