import type { CallContext } from "@repo/contracts/call-context";
import type { TextGenerator } from "@repo/contracts/generate-text";
import type { FailedAttempt } from "./language-model.ts";

/** A model that is open for questions. */
export interface OpenModel {
  generator: TextGenerator;
  /** Whether a grammar is enforced token by token. */
  constrains: boolean;
  /** Whether several answers are drawn from one prompt in one request. */
  drawsSeveral: boolean;
  /** Whether words come while they are written. */
  streams: boolean;
  hasChatTemplate: boolean;
  /** Tokens of prompt and answer together. */
  contextTokens: number;
  /** Longest answer, tokens. */
  maxNewTokens: number;
  /** Answer's length where the question names none, tokens; undefined: the model knows. */
  defaultNewTokens: number | undefined;
  model: string;
  revision: string;
}

/** Somebody who may be asked. */
export interface Answerer extends Pick<FailedAttempt, "tier" | "variant"> {
  /** As the settings say. */
  modelVersion: string | undefined;
  /** Why asking is of no use just now, for people; a Space that sleeps is woken by the way. Undefined: it may be asked. */
  explainDown(): string | undefined;
  /** Calls `listener` with the reason when the Space turns out to sleep; returns the way out. */
  onAsleep(listener: (reason: string) => void): () => void;
  /** Whether it is known to be awake and at work. */
  isAwake(): boolean;
  open(context: CallContext): Promise<OpenModel>;
}
