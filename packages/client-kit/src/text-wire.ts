import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import type { FinishReason, GenerationInput, SamplingOptions, TokenUsage } from "@repo/contracts/generate-text";
import type { GenerationGrammar } from "@repo/contracts/generation-grammar";

/** Ways in which servers that write text are asked. outpost: our own route. */
export const textWireKinds = ["outpost", "inputs", "openai", "gradio"] as const;

/** One of {@link textWireKinds}. */
export type TextWireKind = (typeof textWireKinds)[number];

/** What is known of how a server is asked. */
export interface TextWireFacts {
  kind: TextWireKind;
  /** Path that is posted to. */
  path: string;
  /** For the kind inputs: form of the body, one of bodyFormats. */
  format?: string | undefined;
  /** Whether a grammar is enforced token by token; otherwise it is asked for in words and the answer may differ. */
  constrains: boolean;
  /** Whether several answers are drawn from one prompt in one request. */
  drawsSeveral: boolean;
  /** Whether words come while they are written; otherwise a stream has one event. */
  streams: boolean;
}

/** What a server that is none of ours is asked for: one answer. */
export interface ForeignQuestion {
  input: GenerationInput;
  sampling: SamplingOptions;
  grammar: GenerationGrammar | undefined;
}

/** Its answer; what it does not tell is undefined. */
export interface ForeignAnswer {
  text: string;
  finishReason?: FinishReason | undefined;
  model?: string | undefined;
  usage?: TokenUsage | undefined;
}

/** One way to ask a server that is none of ours. */
export interface TextWire {
  facts: TextWireFacts;
  /** @throws what SpaceClient.call throws; internal with details.cause "contract" for an answer without a text */
  ask(question: ForeignQuestion, context: CallContext): Promise<ForeignAnswer>;
}

/** A conversation as one text, one "role: content" per turn, for servers that take a text only. */
export function toPromptText(input: GenerationInput): string {
  if ("prompt" in input) return input.prompt;
  const [only] = input.messages;
  if (input.messages.length === 1 && only !== undefined) return only.content;
  return input.messages.map(({ role, content }) => `${role}: ${content}`).join("\n");
}

/** The error of an answer in which no text was found. */
export function noTextIn(what: string, why = "there is no text in its answer"): CodedError {
  return new CodedError("internal", `${what} answered something else than a text: ${why}.`, { details: { cause: "contract" } });
}

/**
 * Whether an error says that the server is to be asked in another way: nothing at the path, or a body it does not read.
 * Everything else (a wrong key, a full queue) would be the same in every way.
 */
export function isOtherWire(error: unknown): error is CodedError {
  if (!CodedError.isInstance(error)) return false;
  if (["not_found", "method_not_allowed", "invalid_request", "unsupported_media_type"].includes(error.code)) return true;
  const cause = error.details?.["cause"];
  return cause === "contract" || cause === "malformed";
}
