import { CodedError } from "@repo/contracts/coded-error";
import type {
  GeneratedAnswer,
  GenerationEvent,
  GenerationRequest,
  GenerationResult,
  GenerationTimings,
  LanguageModelIdentity,
  TokenUsage,
} from "@repo/contracts/generate-text";
import type { HandlerContext } from "../mount-route.ts";
import type { TextGenerationHost } from "./text-generation-host.ts";

/**
 * What every route that answers at once does between its body and its answer: the service, the headers that tell what
 * happened, and the metrics.
 * @throws CodedError what the service throws
 */
export async function runGeneration(
  host: TextGenerationHost,
  request: GenerationRequest,
  context: HandlerContext,
): Promise<GenerationResult> {
  const counted = host.metrics.begin(request);
  try {
    const service = await host.service();
    const result = await service.generate(toHarmlessRequest(request), context);
    tellModel(context, result.model);
    tellCost(context, request, result);
    counted.succeed(result);
    return result;
  } catch (thrown) {
    counted.fail(thrown);
    throw thrown;
  }
}

/** A stream's events, and which model tells them. */
export interface RunningGeneration {
  model: LanguageModelIdentity;
  events: AsyncIterable<GenerationEvent>;
}

/** The same for a route that streams. The headers are out before the cost is known, so it is told in the stream alone. */
export async function startGeneration(
  host: TextGenerationHost,
  request: GenerationRequest,
  context: HandlerContext,
): Promise<RunningGeneration> {
  const service = await host.service();
  const { model, revision } = await service.info(context);
  const identity = { model, revision };
  tellModel(context, identity);
  return { model: identity, events: count(host, request, service.stream(toHarmlessRequest(request), context)) };
}

async function* count(
  host: TextGenerationHost,
  request: GenerationRequest,
  events: AsyncIterable<GenerationEvent>,
): AsyncGenerator<GenerationEvent> {
  const counted = host.metrics.begin(request);
  let isOver = false;
  try {
    for await (const event of events) {
      if (event.type === "end") {
        counted.succeed(event);
        isOver = true;
      }
      yield event;
    }
  } catch (thrown) {
    counted.fail(thrown);
    isOver = true;
    throw thrown;
  } finally {
    if (!isOver) counted.fail(new CodedError("cancelled", "The caller left."));
  }
}

/** Half of a surrogate pair cannot be written as UTF-8; a tokenizer must not see one. */
function toHarmlessRequest(request: GenerationRequest): GenerationRequest {
  const { input } = request;
  const harmless =
    "prompt" in input
      ? { prompt: input.prompt.toWellFormed() }
      : { messages: input.messages.map(({ role, content }) => ({ role, content: content.toWellFormed() })) };
  return { ...request, input: harmless };
}

function tellModel({ headers }: HandlerContext, { model, revision }: LanguageModelIdentity): void {
  headers.set("x-model", toHeaderText(model));
  headers.set("x-model-revision", toHeaderText(revision));
}

/** Headers of text-generation-inference's names, and ours. @source its router/src/server.rs, revision db931fcf */
function tellCost(
  { timings, headers }: HandlerContext,
  { input }: GenerationRequest,
  { usage, timings: spent }: { usage: TokenUsage; timings: GenerationTimings },
): void {
  timings.queueMs = spent.queueMs;
  timings.inferenceMs = spent.prefillMs + spent.decodeMs;
  timings.computeTokens = usage.promptTokens + usage.generatedTokens;
  timings.computeCharacters =
    "prompt" in input ? input.prompt.length : input.messages.reduce((sum, { content }) => sum + content.length, 0);
  headers.set("x-prompt-tokens", String(usage.promptTokens));
  headers.set("x-cached-tokens", String(usage.cachedTokens));
  headers.set("x-generated-tokens", String(usage.generatedTokens));
  headers.set("x-prefill-time", String(Math.round(spent.prefillMs)));
  headers.set("x-decode-time", String(Math.round(spent.decodeMs)));
  headers.set("x-first-token-time", String(Math.round(spent.firstTokenMs)));
  headers.set("x-time-per-token", String(Math.round(spent.decodeMs / Math.max(1, usage.generatedTokens))));
}

/** Visible ASCII. */
function toHeaderText(text: string): string {
  return text.replaceAll(/[^\u0021-\u007E]/g, "?");
}

/** Answers by the mean of their tokens' logarithmic probabilities, likeliest first: what best_of chooses by. */
export function rankAnswers(answers: readonly GeneratedAnswer[]): GeneratedAnswer[] {
  const mean = ({ tokens }: GeneratedAnswer): number =>
    tokens.reduce((sum, { logProbability }) => sum + logProbability, 0) / Math.max(1, tokens.length);
  return answers.toSorted((a, b) => mean(b) - mean(a));
}
