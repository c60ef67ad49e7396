import { CodedError } from "@repo/contracts/coded-error";
import type { GeneratedAnswer, GenerationResult } from "@repo/contracts/generate-text";
import {
  openAiCompletionRoutes,
  type OpenAiCompletionEvent,
  type OpenAiCompletionRequest,
  type OpenAiCompletionResponse,
} from "@repo/contracts/openai-completions";
import { defineAlternative, defineStreamAlternative, mountAlternatives, type HandlerContext } from "../mount-route.ts";
import type { Server } from "../server.ts";
import { fitLength } from "./fit-length.ts";
import { openAiFinishReasons, toTimingFields, toUsageFields } from "./generation-facts.ts";
import { wantsStream } from "./openai-chat-routes.ts";
import { readCompletion, type ReadCompletion } from "./openai-completion-request.ts";
import { streamCompletions } from "./openai-completion-stream.ts";
import { toOpenAiHead } from "./openai-head.ts";
import { toLegacyLogprobs, withoutSpecial } from "./openai-logprobs.ts";
import { rankAnswers, runGeneration } from "./run-generation.ts";
import type { TextGenerationHost } from "./text-generation-host.ts";
import { toWarnings } from "./unknown-fields.ts";

/** Mounts /v1/completions and /completions. */
export function mountOpenAiCompletionRoutes(server: Server, host: TextGenerationHost): void {
  for (const { answer, stream } of openAiCompletionRoutes) {
    mountAlternatives(server, [
      defineAlternative(
        answer,
        (body, context) => complete(host, body, context),
        (body) => !wantsStream(body),
      ),
      defineStreamAlternative(stream, (body, context) => streamCompletion(host, body, context)),
    ]);
  }
}

async function complete(
  host: TextGenerationHost,
  body: OpenAiCompletionRequest,
  context: HandlerContext,
): Promise<OpenAiCompletionResponse> {
  const read = await readFitting(host, body, context);
  const results = await Promise.all(read.requests.map((request) => runGeneration(host, request, context)));
  const [first] = results as [GenerationResult, ...GenerationResult[]];
  const chosen = results.flatMap(({ answers }, at) =>
    (answers.length > read.choices ? rankAnswers(answers).slice(0, read.choices) : answers).map((answer) => ({ answer, at })),
  );
  return {
    ...toOpenAiHead("text_completion", { requested: body.model, identity: first.model, context }),
    choices: chosen.map(({ answer, at }, index) => ({
      index,
      ...toChoice(answer, read.isEchoed ? (read.prompts[at] as string) : "", read),
    })),
    usage: toUsageFields(sumUsage(results)),
    timings: toTimingFields(first.timings),
    ...toWarnings(read.warnings),
  };
}

function toChoice({ text, finishReason, tokens }: GeneratedAnswer, prefix: string, { withLogprobs, withTop }: ReadCompletion) {
  return {
    text: prefix + text,
    finish_reason: openAiFinishReasons[finishReason],
    logprobs: withLogprobs ? toLegacyLogprobs(withoutSpecial(tokens), prefix.length, withTop) : null,
  };
}

function sumUsage(results: readonly GenerationResult[]): GenerationResult["usage"] {
  const sum = (read: (usage: GenerationResult["usage"]) => number): number => results.reduce((total, { usage }) => total + read(usage), 0);
  return {
    promptTokens: sum((usage) => usage.promptTokens),
    cachedTokens: sum((usage) => usage.cachedTokens),
    generatedTokens: sum((usage) => usage.generatedTokens),
  };
}

async function* streamCompletion(
  host: TextGenerationHost,
  body: OpenAiCompletionRequest,
  context: HandlerContext,
): AsyncGenerator<OpenAiCompletionEvent> {
  const read = await readFitting(host, body, context);
  if (typeof body.best_of === "number" && body.best_of > read.choices) {
    throw new CodedError("invalid_request", "A stream cannot tell which answer is the best: leave best_of out.", {
      details: { field: "best_of" },
    });
  }
  yield* streamCompletions(host, { read, model: body.model, withUsage: body.stream_options?.include_usage === true }, context);
}

async function readFitting(host: TextGenerationHost, body: OpenAiCompletionRequest, context: HandlerContext): Promise<ReadCompletion> {
  const read = readCompletion(body);
  const fitted = await Promise.all(read.requests.map((request) => fitLength(host, request, context)));
  const warnings = new Set([...read.warnings, ...fitted.flatMap((one) => one.warnings)]);
  return { ...read, requests: fitted.map(({ request }) => request), warnings: [...warnings] };
}
