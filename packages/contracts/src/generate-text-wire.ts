/** The capability "write text" in the words in which it travels, and back. */
import type {
  GeneratedAnswer,
  GeneratedToken,
  GenerationEvent,
  GenerationInput,
  GenerationRequest,
  GenerationResult,
  GenerationTimings,
  LanguageModelIdentity,
  SamplingOptions,
  TokenUsage,
} from "./generate-text.ts";
import type { GenerateTextAnswer, GenerateTextBody, GenerateTextEvent } from "./generate-text-routes.ts";

type WireToken = GenerateTextAnswer["answers"][number]["tokens"][number];
type WireAnswer = Omit<GenerateTextAnswer["answers"][number], "tokens">;
type SamplingFields = Pick<
  GenerateTextBody,
  | "max_new_tokens"
  | "temperature"
  | "top_k"
  | "top_p"
  | "min_p"
  | "repetition_penalty"
  | "frequency_penalty"
  | "presence_penalty"
  | "stop"
  | "seed"
>;

/** JSON has no infinity; this is how OpenAI spells "not possible". */
const impossible = -9999;

/** Sampling as it travels; fields that are not given stay away. */
export function toSamplingFields(sampling: SamplingOptions): SamplingFields {
  return withoutUndefined({
    max_new_tokens: sampling.maxNewTokens,
    temperature: sampling.temperature,
    top_k: sampling.topK,
    top_p: sampling.topP,
    min_p: sampling.minP,
    repetition_penalty: sampling.repetitionPenalty,
    frequency_penalty: sampling.frequencyPenalty,
    presence_penalty: sampling.presencePenalty,
    stop: sampling.stop,
    seed: sampling.seed,
  });
}

/** The other direction of {@link toSamplingFields}. */
export function toSamplingOptions(fields: SamplingFields): SamplingOptions {
  return withoutUndefined({
    maxNewTokens: fields.max_new_tokens,
    temperature: fields.temperature,
    topK: fields.top_k,
    topP: fields.top_p,
    minP: fields.min_p,
    repetitionPenalty: fields.repetition_penalty,
    frequencyPenalty: fields.frequency_penalty,
    presencePenalty: fields.presence_penalty,
    stop: fields.stop,
    seed: fields.seed,
  });
}

/** A prompt or a conversation as it travels. */
export function toInputFields(input: GenerationInput): Pick<GenerateTextBody, "prompt" | "messages"> {
  return "prompt" in input ? { prompt: input.prompt } : { messages: [...input.messages] };
}

/** The other direction of {@link toInputFields}. */
export function toGenerationInput({ prompt, messages }: Pick<GenerateTextBody, "prompt" | "messages">): GenerationInput {
  return messages === undefined ? { prompt: prompt ?? "" } : { messages };
}

/** A request as it travels. */
export function toGenerateTextBody({ input, sampling, answers, grammar, topTokens }: GenerationRequest): GenerateTextBody {
  return withoutUndefined({
    ...toInputFields(input),
    ...toSamplingFields(sampling ?? {}),
    answers,
    grammar,
    top_tokens: topTokens,
  });
}

/** The other direction of {@link toGenerateTextBody}. */
export function toGenerationRequest(body: GenerateTextBody): GenerationRequest {
  const { answers, grammar, top_tokens: topTokens } = body;
  return withoutUndefined({ input: toGenerationInput(body), sampling: toSamplingOptions(body), answers, grammar, topTokens });
}

/** An answer to a request as it travels. */
export function toGenerateTextAnswer({ model, answers, usage, timings }: GenerationResult): GenerateTextAnswer {
  return {
    model: model.model,
    revision: model.revision,
    answers: answers.map((answer) => ({ ...toWireAnswer(answer), tokens: answer.tokens.map(toWireToken) })),
    usage: toWireUsage(usage),
    timings: toWireTimings(timings),
  };
}

/** The other direction of {@link toGenerateTextAnswer}. */
export function toGenerationResult({ model, revision, answers, usage, timings }: GenerateTextAnswer): GenerationResult {
  return {
    model: { model, revision },
    answers: answers.map((answer) => toAnswer(answer, answer.tokens.map(toToken))),
    usage: toUsage(usage),
    timings: toTimings(timings),
  };
}

/** An event as it travels; the tokens of a finished answer were told before and are left out. */
export function toGenerateTextEvent(event: GenerationEvent, { model, revision }: LanguageModelIdentity): GenerateTextEvent {
  if (event.type === "token") return { type: "token", answer: event.answer, token: toWireToken(event.token) };
  if (event.type === "answer") return { type: "answer", answer: event.answer, ...toWireAnswer(event.finished) };
  return { type: "end", model, revision, usage: toWireUsage(event.usage), timings: toWireTimings(event.timings) };
}

/** The other direction of {@link toGenerateTextEvent}, for the events of one request in their order. */
export function createEventReader(): (event: GenerateTextEvent) => GenerationEvent {
  const tokens = new Map<number, GeneratedToken[]>();
  const tokensOf = (answer: number): GeneratedToken[] => {
    const known = tokens.get(answer) ?? [];
    tokens.set(answer, known);
    return known;
  };
  return (event) => {
    if (event.type === "token") {
      const token = toToken(event.token);
      tokensOf(event.answer).push(token);
      return { type: "token", answer: event.answer, token };
    }
    if (event.type === "answer") return { type: "answer", answer: event.answer, finished: toAnswer(event, tokensOf(event.answer)) };
    return { type: "end", usage: toUsage(event.usage), timings: toTimings(event.timings) };
  };
}

function toWireToken({ id, text, logProbability, special, top }: GeneratedToken): WireToken {
  return {
    id,
    text,
    log_probability: toFinite(logProbability),
    special,
    ...(top === undefined
      ? {}
      : { top: top.map((other) => ({ id: other.id, text: other.text, log_probability: toFinite(other.logProbability) })) }),
  };
}

/** A number that JSON can carry. */
export function toFinite(logProbability: number): number {
  return Number.isFinite(logProbability) ? logProbability : impossible;
}

function toToken({ id, text, log_probability, special, top }: WireToken): GeneratedToken {
  return {
    id,
    text,
    logProbability: log_probability,
    special,
    ...(top === undefined ? {} : { top: top.map((other) => ({ id: other.id, text: other.text, logProbability: other.log_probability })) }),
  };
}

function toWireAnswer({ text, finishReason, stoppedBy, seed }: GeneratedAnswer): WireAnswer {
  return { text, finish_reason: finishReason, ...(stoppedBy === undefined ? {} : { stopped_by: stoppedBy }), seed };
}

function toAnswer({ text, finish_reason, stopped_by, seed }: WireAnswer, tokens: GeneratedToken[]): GeneratedAnswer {
  return { text, finishReason: finish_reason, ...(stopped_by === undefined ? {} : { stoppedBy: stopped_by }), tokens, seed };
}

function toWireUsage({ promptTokens, cachedTokens, generatedTokens }: TokenUsage): GenerateTextAnswer["usage"] {
  return { prompt_tokens: promptTokens, cached_tokens: cachedTokens, generated_tokens: generatedTokens };
}

function toUsage({ prompt_tokens, cached_tokens, generated_tokens }: GenerateTextAnswer["usage"]): TokenUsage {
  return { promptTokens: prompt_tokens, cachedTokens: cached_tokens, generatedTokens: generated_tokens };
}

function toWireTimings({ queueMs, prefillMs, decodeMs, firstTokenMs }: GenerationTimings): GenerateTextAnswer["timings"] {
  return { queue_ms: queueMs, prefill_ms: prefillMs, decode_ms: decodeMs, first_token_ms: firstTokenMs };
}

function toTimings({ queue_ms, prefill_ms, decode_ms, first_token_ms }: GenerateTextAnswer["timings"]): GenerationTimings {
  return { queueMs: queue_ms, prefillMs: prefill_ms, decodeMs: decode_ms, firstTokenMs: first_token_ms };
}

function withoutUndefined<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
}
