import {
  originalGenerateRequest,
  originalParameters,
  originalRoutes,
  rootRoutes,
  type OriginalGenerateRequest,
  type OriginalGenerateResponse,
  type OriginalParameters,
} from "@repo/contracts/original-generation";
import type { TgiStreamResponse } from "@repo/contracts/tgi-generation";
import { defineAlternative, defineStreamAlternative, mountAlternatives, type HandlerContext } from "../mount-route.ts";
import type { Server } from "../server.ts";
import { parseBody } from "../validation.ts";
import { fitLength } from "./fit-length.ts";
import { toTimingFields, toUsageFields } from "./generation-facts.ts";
import { toOriginalInput, type OriginalInput } from "./original-conversation.ts";
import { rankAnswers, runGeneration, startGeneration } from "./run-generation.ts";
import type { TextGenerationHost } from "./text-generation-host.ts";
import { tgiFinishReasons, toTgiDetails, toTgiStream } from "./tgi-answers.ts";
import { assertNotTruncated, readTgiRequest, type TgiRequest } from "./tgi-request.ts";
import { assertOneAnswer, toTgiAnswer } from "./tgi-routes.ts";
import { toWarnings, warnOfUnknownFields } from "./unknown-fields.ts";

/** Mounts the paths of the original's client and diagnostics, and the root. */
export function mountOriginalRoutes(server: Server, host: TextGenerationHost): void {
  for (const { answer, gradio, stream } of originalRoutes) {
    mountAlternatives(server, [
      defineAlternative(answer, (body, context) => answerOriginal(host, body, context), isPlain),
      defineStreamAlternative(stream, (body, context) => streamOriginal(host, body, context), wantsStream),
      defineAlternative(gradio, (body, context) => answerGradio(host, body, context)),
    ]);
  }
  mountAlternatives(server, [
    defineAlternative(
      rootRoutes.answer,
      (body, context) => answerOriginal(host, body, context),
      (body) => isPlain(body) && !isPipeline(body),
    ),
    defineStreamAlternative(rootRoutes.stream, (body, context) => streamOriginal(host, asPipeline(body), context), wantsStream),
    defineAlternative(rootRoutes.list, (body, context) => answerPipeline(host, asPipeline(body), context), isPipeline),
    defineAlternative(rootRoutes.gradio, (body, context) => answerGradio(host, body, context)),
  ]);
}

const fieldOf = (body: unknown, name: string): unknown =>
  typeof body === "object" && body !== null ? (body as Record<string, unknown>)[name] : undefined;
const wantsStream = (body: unknown): boolean => fieldOf(body, "stream") === true;
const isPlain = (body: unknown): boolean => !wantsStream(body) && fieldOf(body, "data") === undefined;
const isPipeline = (body: unknown): boolean => isPlain(body) && fieldOf(body, "inputs") !== undefined;

/** The root's defaults: text-generation-inference's pipeline goes on with a text and gives it back with what follows. */
function asPipeline(body: OriginalGenerateRequest): OriginalGenerateRequest {
  if (body.inputs === undefined) return body;
  const { return_full_text: full, chat_template: chat, ...rest } = body.parameters ?? {};
  return { ...body, parameters: { ...rest, return_full_text: full ?? true, chat_template: chat ?? false } };
}

/** A body of the original's, understood. */
interface ReadOriginal extends TgiRequest {
  /** What return_full_text puts before an answer. */
  prefix: string;
  facts: OriginalInput;
  wantsAll: boolean;
}

async function readOriginal(host: TextGenerationHost, body: OriginalGenerateRequest, context: HandlerContext): Promise<ReadOriginal> {
  const service = await host.service();
  const parameters = toParameters(body);
  const prompt = body.inputs ?? body.prompt ?? body.text ?? body.query ?? body.data?.[0];
  const isChat = parameters.chat_template ?? (await service.info(context)).hasChatTemplate;
  const facts = toOriginalInput({ prompt, messages: body.messages, parameters, isChat });
  const length = parameters.max_new_tokens ?? parameters.max_tokens ?? parameters.max_length;
  const several = parameters.num_return_sequences ?? parameters.n;
  const named = { ...parameters, max_new_tokens: length, best_of: parameters.best_of ?? several };
  const asked = readTgiRequest(facts.input, named, Object.keys(originalParameters.shape));
  await assertNotTruncated(host, { input: facts.input, truncate: parameters.truncate }, context);
  const unknown = [
    ...warnOfUnknownFields(body, originalGenerateRequest),
    ...(body.data ?? [])
      .slice(1)
      .flatMap((item) => (isObject(item) || item === null ? [] : ["Items of data after the prompt were ignored."])),
  ];
  const fitted = await fitLength(host, asked.request, context);
  return {
    ...asked,
    request: fitted.request,
    warnings: [...unknown.slice(0, 20), ...asked.warnings, ...fitted.warnings],
    prefix: parameters.return_full_text === true ? (prompt ?? "") : "",
    facts,
    wantsAll: typeof several === "number",
  };
}

/** Parameters may stand in the body, in params, in parameters and, in Gradio's form, after the prompt; the last one counts. */
function toParameters(body: OriginalGenerateRequest): OriginalParameters {
  const [, extra] = body.data ?? [];
  const inData = isObject(extra) ? parseBody(originalParameters, extra) : {};
  const own = Object.fromEntries(Object.entries(body).filter(([name]) => name in originalParameters.shape));
  return { ...own, ...body.params, ...body.parameters, ...inData };
}

async function answerOriginal(
  host: TextGenerationHost,
  body: OriginalGenerateRequest,
  context: HandlerContext,
): Promise<OriginalGenerateResponse> {
  const { request, prefix, facts, wantsAll, withDetails, withTop, warnings } = await readOriginal(host, body, context);
  const { model, answers, usage, timings } = await runGeneration(host, request, context);
  const ranked = wantsAll ? answers : rankAnswers(answers);
  const [best, ...others] = ranked as [(typeof answers)[number], ...typeof answers];
  return {
    generated_text: prefix + best.text,
    ...(wantsAll ? { generated_texts: answers.map(({ text }) => prefix + text) } : {}),
    model: model.model,
    model_version: model.revision,
    finish_reason: tgiFinishReasons[best.finishReason],
    seed: best.seed,
    context_applied: facts.isContextApplied,
    abstraction_applied: facts.isAbstractionApplied,
    generation_time: Math.round(context.timings.totalMs()) / 1000,
    usage: toUsageFields(usage),
    timings: toTimingFields(timings),
    ...(withDetails ? { details: toTgiDetails(best, others, withTop) } : {}),
    ...toWarnings(warnings),
  };
}

async function answerGradio(host: TextGenerationHost, body: OriginalGenerateRequest, context: HandlerContext) {
  const answer = await answerOriginal(host, body, context);
  return {
    data: answer.generated_texts ?? [answer.generated_text],
    duration: answer.generation_time,
    is_generating: false as const,
    ...answer,
  };
}

async function answerPipeline(host: TextGenerationHost, body: OriginalGenerateRequest, context: HandlerContext) {
  const request = await readOriginal(host, body, context);
  const { answers } = await runGeneration(host, request.request, context);
  if (request.wantsAll) return answers.map(({ text }) => ({ generated_text: request.prefix + text }));
  const { generated_text, details } = toTgiAnswer(answers, request, request.prefix);
  return [{ generated_text, ...(details === undefined ? {} : { details }) }];
}

async function* streamOriginal(
  host: TextGenerationHost,
  body: OriginalGenerateRequest,
  context: HandlerContext,
): AsyncGenerator<TgiStreamResponse> {
  const request = await readOriginal(host, body, context);
  assertOneAnswer(request);
  const { events } = await startGeneration(host, request.request, context);
  yield* toTgiStream(events, { prefix: request.prefix, warnings: request.warnings, withTop: request.withTop });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
