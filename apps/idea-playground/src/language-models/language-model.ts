import type { CallContext } from "@repo/contracts/call-context";
import type { ErrorCode } from "@repo/contracts/coded-error";
import type { ChatTurn, FinishReason, GenerationTimings, SamplingOptions, TokenUsage } from "@repo/contracts/generate-text";
import type { AnswerSchema, ValueOf } from "./answer-schema.ts";
import type { Tier } from "./tiers.ts";

/** Facts that go in front of a prompt, e.g. {company_name: "Acme", markets: ["EU", "US"]}. Empty is the same as none. */
export type PromptContext = Readonly<Record<string, unknown>>;

/** What accompanies a question; everything may be left out. The signal ends the work, here and at the Space. */
export interface GenerateOptions extends CallContext, SamplingOptions {
  /** What was said before, oldest first. A last turn that is the prompt itself is not sent twice. */
  conversationHistory?: readonly ChatTurn[] | undefined;
  /** Another name of maxNewTokens, as the original client has it. */
  maxLength?: number | undefined;
  /** Who asks: it is in the log, and decides which of two Spaces of an A/B split answers. Default nobody, drawn anew each time. */
  caller?: string | undefined;
  /** false: neither read from the cache of answers nor kept there. Default true, for a temperature of 0 or with a seed. */
  cache?: boolean | undefined;
}

/** Who was asked before and could not answer. */
export interface FailedAttempt {
  /** Tier whose Space was asked; local: the model in this process. */
  tier: Tier | "local";
  variant: "live" | "staging";
  code: ErrorCode;
  /** For people. */
  reason: string;
}

/** Where an answer comes from and what it cost. */
export interface Provenance {
  /** Tier that was asked for. */
  tier: Tier;
  /** Tier whose Space answered; local: the same model in this process. */
  answeredBy: Tier | "local";
  /** staging: the tier's second Space, by its A/B split. */
  variant: "live" | "staging";
  /** Everybody who was tried before, in order. Empty: the tier itself answered. */
  fallbackPath: FailedAttempt[];
  model: string;
  /** As the settings of the tier say, else the model's revision, else null. */
  modelVersion: string | null;
  /** Whether the context was part of the prompt. */
  contextApplied: boolean;
  /** Undefined where the server tells none. */
  usage: TokenUsage | undefined;
  /** What the server tells; totalMs is measured here, from question to answer. */
  timings: Partial<GenerationTimings> & { totalMs: number };
  /** Whether the answer was given before, to the same question. */
  cached: boolean;
}

/** An answer in words. */
export interface GeneratedText extends Provenance {
  text: string;
  finishReason: FinishReason;
}

/** An answer that fits a schema. */
export interface GeneratedStructure<Value> extends Provenance {
  value: Value;
  /** constrained: the server held every token to the schema · parsed: it fitted as it came · repaired: the model was shown what was wrong. */
  how: "constrained" | "parsed" | "repaired";
}

/** Several answers to one prompt. */
export interface GeneratedVariations extends Provenance {
  /** Distinct ones, at most as many as asked for, in the order in which they were drawn. */
  variations: string[];
  requested: number;
  /** How many are missing. */
  failed: number;
  /** How many were thrown away because they said the same as another one. */
  redrawn: number;
  /** Why some are missing, for people; empty when none is. */
  problems: string[];
}

/** Who was asked does not answer, and the next one is asked; what came before is void. */
export interface FallbackEvent {
  type: "fallback";
  attempt: FailedAttempt;
}

/** What a stream of words tells. */
export type TextEvent = { type: "text"; text: string } | FallbackEvent | ({ type: "end" } & GeneratedText);

/** A value of which parts are not there yet. Texts in it may still grow. */
export type Growing<Value> = Value extends readonly (infer Item)[]
  ? Growing<Item>[]
  : Value extends object
    ? { [Key in keyof Value]?: Growing<Value[Key]> }
    : Value;

/** What a stream of a structure tells: the value as far as it is written, whenever it has grown, then the whole. */
export type StructureEvent<Value> =
  | { type: "partial"; value: Growing<Value> }
  | FallbackEvent
  | ({ type: "end" } & GeneratedStructure<Value>);

/**
 * The language models of the four tiers. A tier that cannot answer (asleep, private, wrongly addressed, failing) is
 * stood in for by base, then by the model in this process; who answered and why is in every answer. Nothing is made up:
 * where nobody can answer, that is the error.
 *
 * All throw CodedError: model_unavailable when nobody answers, details.fallbackPath tells who was tried; invalid_request,
 * input_too_long, payload_too_large for what no other server would take either; cancelled; deadline_exceeded. Default tier:
 * the settings'.
 */
export interface TieredLanguageModel {
  /** One answer. */
  generate(prompt: string, tier?: Tier, context?: PromptContext, options?: GenerateOptions): Promise<GeneratedText>;
  /**
   * One answer that fits `schema`: zod, JSON Schema, or {title: "string", pros: "string[]"}.
   * @throws inference_failed when the answer does not fit, be it after a second try with the mistakes named
   */
  generateStructure<const Schema extends AnswerSchema>(
    prompt: string,
    schema: Schema,
    tier?: Tier,
    context?: PromptContext,
    options?: GenerateOptions,
  ): Promise<GeneratedStructure<ValueOf<Schema>>>;
  /** Several distinct answers, 1 to 16; some of them missing is no error, all of them is. */
  generateVariations(
    prompt: string,
    count: number,
    tier?: Tier,
    context?: PromptContext,
    options?: GenerateOptions,
  ): Promise<GeneratedVariations>;
  /** One answer, word by word. Errors come from the first `next()`, or later in place of a value; leaving the loop ends the work. */
  stream(prompt: string, tier?: Tier, context?: PromptContext, options?: GenerateOptions): AsyncIterable<TextEvent>;
  /** As generateStructure, with the value while it grows. */
  streamStructure<const Schema extends AnswerSchema>(
    prompt: string,
    schema: Schema,
    tier?: Tier,
    context?: PromptContext,
    options?: GenerateOptions,
  ): AsyncIterable<StructureEvent<ValueOf<Schema>>>;
}
