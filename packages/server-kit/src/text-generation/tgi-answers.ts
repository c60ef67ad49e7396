import { toFinite } from "@repo/contracts/generate-text-wire";
import type { FinishReason, GeneratedAnswer, GeneratedToken, GenerationEvent, TokenUsage } from "@repo/contracts/generate-text";
import type { TgiDetails, TgiStreamResponse, TgiToken } from "@repo/contracts/tgi-generation";
import { toWarnings } from "./unknown-fields.ts";

/** Our reasons in text-generation-inference's words. */
export const tgiFinishReasons = { eos: "eos_token", stop: "stop_sequence", length: "length" } as const satisfies Record<
  FinishReason,
  string
>;

/** A token in text-generation-inference's words. */
export function toTgiToken({ id, text, logProbability, special }: GeneratedToken): TgiToken {
  return { id, text, logprob: toFinite(logProbability), special };
}

function toTopTokens({ top = [] }: GeneratedToken): TgiToken[] {
  return top.map(({ id, text, logProbability }) => ({ id, text, logprob: toFinite(logProbability), special: false }));
}

function toSequence({ finishReason, tokens, seed }: GeneratedAnswer) {
  return { finish_reason: tgiFinishReasons[finishReason], generated_tokens: tokens.length, seed };
}

/** What `details` asks for; the others are those that best_of drew besides. */
export function toTgiDetails(answer: GeneratedAnswer, others: readonly GeneratedAnswer[], withTop: boolean): TgiDetails {
  return {
    ...toSequence(answer),
    prefill: [],
    tokens: answer.tokens.map(toTgiToken),
    ...(withTop ? { top_tokens: answer.tokens.map(toTopTokens) } : {}),
    ...(others.length === 0
      ? {}
      : {
          best_of_sequences: others.map((other) => ({
            ...toSequence(other),
            generated_text: other.text,
            tokens: other.tokens.map(toTgiToken),
          })),
        }),
  };
}

/** Options of {@link toTgiStream}. */
export interface TgiStreamOptions {
  /** Text before the answer in generated_text. */
  prefix: string;
  warnings: readonly string[];
  withTop: boolean;
}

/**
 * One answer as text-generation-inference's stream. Its last event is the answer's end token where there is one; otherwise a
 * special token without text, which its clients leave out, because whether a token is the last is known only after it.
 */
export async function* toTgiStream(events: AsyncIterable<GenerationEvent>, options: TgiStreamOptions): AsyncGenerator<TgiStreamResponse> {
  let index = 0;
  let held: GeneratedToken | undefined;
  let last: GeneratedToken | undefined;
  let finished: GeneratedAnswer | undefined;
  const toEvent = (token: GeneratedToken): TgiStreamResponse => {
    index += 1;
    last = token;
    return {
      index,
      token: toTgiToken(token),
      ...(options.withTop ? { top_tokens: toTopTokens(token) } : {}),
      generated_text: null,
      details: null,
      ...(index === 1 ? toWarnings(options.warnings) : {}),
    };
  };
  for await (const event of events) {
    if (event.type === "token") {
      if (held !== undefined) yield toEvent(held);
      held = event.token.special ? event.token : undefined;
      if (held === undefined) yield toEvent(event.token);
    } else if (event.type === "answer") {
      ({ finished } = event);
    } else if (finished !== undefined) {
      yield toLastEvent(toEvent(held ?? toSilentToken(last)), finished, { prefix: options.prefix, usage: event.usage });
    }
  }
}

function toSilentToken(last: GeneratedToken | undefined): GeneratedToken {
  return { id: last?.id ?? 0, text: "", logProbability: 0, special: true };
}

function toLastEvent(
  event: TgiStreamResponse,
  finished: GeneratedAnswer,
  { prefix, usage }: { prefix: string; usage: TokenUsage },
): TgiStreamResponse {
  return { ...event, generated_text: prefix + finished.text, details: { ...toSequence(finished), input_length: usage.promptTokens } };
}
