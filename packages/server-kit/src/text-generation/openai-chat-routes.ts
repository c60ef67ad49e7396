import type { LanguageModelInfo } from "@repo/contracts/generate-text";
import { CodedError } from "@repo/contracts/coded-error";
import {
  openAiLanguageModelRoutes,
  openAiServedChatRoutes,
  type OpenAiChatEvent,
  type OpenAiLanguageModel,
  type OpenAiServedChatRequest,
  type OpenAiServedChatResponse,
} from "@repo/contracts/openai-chat-completions";
import { defineAlternative, defineStreamAlternative, mountAlternatives, mountRoute, type HandlerContext } from "../mount-route.ts";
import type { Server } from "../server.ts";
import { fitLength } from "./fit-length.ts";
import { openAiFinishReasons, toTimingFields, toUsageFields } from "./generation-facts.ts";
import { readChatRequest, type ReadChatRequest } from "./openai-chat-request.ts";
import { toOpenAiHead } from "./openai-head.ts";
import { toChatLogprobs, withoutSpecial } from "./openai-logprobs.ts";
import { runGeneration, startGeneration } from "./run-generation.ts";
import type { TextGenerationHost } from "./text-generation-host.ts";
import { toWarnings } from "./unknown-fields.ts";

/** Mounts /v1/chat/completions, /chat/completions, /v1/models and /v1/models/:id. */
export function mountOpenAiChatRoutes(server: Server, host: TextGenerationHost): void {
  for (const { answer, stream } of openAiServedChatRoutes) {
    mountAlternatives(server, [
      defineAlternative(
        answer,
        (body, context) => complete(host, body, context),
        (body) => !wantsStream(body),
      ),
      defineStreamAlternative(stream, (body, context) => streamChat(host, body, context)),
    ]);
  }
  const model = async (context: HandlerContext): Promise<OpenAiLanguageModel> => toModel(await (await host.service()).info(context));
  mountRoute(server, openAiLanguageModelRoutes.list, async (_body, context) => ({ object: "list" as const, data: [await model(context)] }));
  mountRoute(server, openAiLanguageModelRoutes.one, async (_body, context) => {
    const served = await model(context);
    if (context.params["id"] !== served.id)
      throw new CodedError("not_found", `This Space serves ${served.id} and no other model.`, { details: { field: "model" } });
    return served;
  });
}

async function readFitting(host: TextGenerationHost, body: OpenAiServedChatRequest, context: HandlerContext): Promise<ReadChatRequest> {
  const read = readChatRequest(body);
  const { request, warnings } = await fitLength(host, read.request, context);
  return { ...read, request, warnings: [...read.warnings, ...warnings] };
}

/** Whether a body of OpenAI's asks for events. */
export function wantsStream(body: unknown): boolean {
  return typeof body === "object" && body !== null && (body as { stream?: unknown }).stream === true;
}

function toModel({ model, revision, contextTokens, maxNewTokens }: LanguageModelInfo): OpenAiLanguageModel {
  const slash = model.indexOf("/");
  return {
    id: model,
    object: "model",
    created: 0,
    owned_by: slash > 0 ? model.slice(0, slash) : "unknown",
    context_window: contextTokens,
    max_completion_tokens: maxNewTokens,
    revision,
  };
}

async function complete(
  host: TextGenerationHost,
  body: OpenAiServedChatRequest,
  context: HandlerContext,
): Promise<OpenAiServedChatResponse> {
  const { request, warnings, withLogprobs } = await readFitting(host, body, context);
  const { model, answers, usage, timings } = await runGeneration(host, request, context);
  return {
    ...toOpenAiHead("chat.completion", { requested: body.model, identity: model, context }),
    choices: answers.map(({ text, finishReason, tokens }, index) => ({
      index,
      message: { role: "assistant", content: text, refusal: null },
      finish_reason: openAiFinishReasons[finishReason],
      logprobs: withLogprobs ? toChatLogprobs(withoutSpecial(tokens)) : null,
    })),
    usage: toUsageFields(usage),
    timings: toTimingFields(timings),
    ...toWarnings(warnings),
  };
}

type Choice = OpenAiChatEvent["choices"][number];

async function* streamChat(
  host: TextGenerationHost,
  body: OpenAiServedChatRequest,
  context: HandlerContext,
): AsyncGenerator<OpenAiChatEvent> {
  const { request, warnings, withLogprobs } = await readFitting(host, body, context);
  const { model, events } = await startGeneration(host, request, context);
  const head = toOpenAiHead("chat.completion.chunk", { requested: body.model, identity: model, context });
  const withUsage = body.stream_options?.include_usage === true;
  const toEvent = (choice: Omit<Choice, "logprobs"> & { logprobs?: Choice["logprobs"] }): OpenAiChatEvent => ({
    ...head,
    choices: [{ ...choice, logprobs: choice.logprobs ?? null }],
    ...(withUsage ? { usage: null } : {}),
  });
  const begun = new Set<number>();
  for await (const event of events) {
    if (event.type === "end") {
      if (withUsage) yield { ...head, choices: [], usage: toUsageFields(event.usage), timings: toTimingFields(event.timings) };
      continue;
    }
    const index = event.answer;
    // Comes with the first token and not before: what is wrong with a request must still be able to have a status.
    if (!begun.has(index)) {
      yield {
        ...toEvent({ index, delta: { role: "assistant", content: "" }, finish_reason: null }),
        ...(begun.size === 0 ? toWarnings(warnings) : {}),
      };
      begun.add(index);
    }
    if (event.type === "answer") {
      yield toEvent({ index, delta: {}, finish_reason: openAiFinishReasons[event.finished.finishReason] });
    } else if (!event.token.special && (event.token.text !== "" || withLogprobs)) {
      const logprobs = withLogprobs ? toChatLogprobs([event.token]) : null;
      yield toEvent({ index, delta: { content: event.token.text }, finish_reason: null, logprobs });
    }
  }
}
