import { CodedError } from "@repo/contracts/coded-error";
import type { GeneratedAnswer } from "@repo/contracts/generate-text";
import {
  tgiGenerateRequest,
  tgiGenerateRoute,
  tgiGenerateStreamRoute,
  type TgiGenerateRequest,
  type TgiGenerateResponse,
  type TgiStreamResponse,
} from "@repo/contracts/tgi-generation";
import { mountRoute, mountStream, type HandlerContext } from "../mount-route.ts";
import type { Server } from "../server.ts";
import { rankAnswers, runGeneration, startGeneration } from "./run-generation.ts";
import type { TextGenerationHost } from "./text-generation-host.ts";
import { toTgiDetails, toTgiStream } from "./tgi-answers.ts";
import { assertNotTruncated, readTgiRequest, type TgiRequest } from "./tgi-request.ts";
import { toWarnings, warnOfUnknownFields } from "./unknown-fields.ts";

/** Mounts /generate and /generate_stream. */
export function mountTgiRoutes(server: Server, host: TextGenerationHost): void {
  mountRoute(server, tgiGenerateRoute, (body, context) => generate(host, body, context));
  mountStream(server, tgiGenerateStreamRoute, (body, context) => stream(host, body, context));
}

async function generate(host: TextGenerationHost, body: TgiGenerateRequest, context: HandlerContext): Promise<TgiGenerateResponse> {
  const read = await readBody(host, body, context);
  const { answers } = await runGeneration(host, read.request, context);
  return toTgiAnswer(answers, read, body.parameters?.return_full_text === true ? body.inputs : "");
}

/** The likeliest answer, with the prompt before it where `prefix` is one. */
export function toTgiAnswer(
  answers: readonly GeneratedAnswer[],
  { withDetails, withTop, warnings }: TgiRequest,
  prefix: string,
): TgiGenerateResponse {
  const [best, ...others] = rankAnswers(answers);
  if (best === undefined) throw new CodedError("inference_failed", "The model gave no answer.");
  return {
    generated_text: prefix + best.text,
    ...(withDetails ? { details: toTgiDetails(best, others, withTop) } : {}),
    ...toWarnings(warnings),
  };
}

async function* stream(host: TextGenerationHost, body: TgiGenerateRequest, context: HandlerContext): AsyncGenerator<TgiStreamResponse> {
  const read = await readBody(host, body, context);
  assertOneAnswer(read);
  const { events } = await startGeneration(host, read.request, context);
  const prefix = body.parameters?.return_full_text === true ? body.inputs : "";
  yield* toTgiStream(events, { prefix, warnings: read.warnings, withTop: read.withTop });
}

/** A stream tells tokens when they are drawn, and which of several answers is the best is known only after the last one. */
export function assertOneAnswer({ request }: TgiRequest): void {
  if ((request.answers ?? 1) === 1) return;
  throw new CodedError("invalid_request", "A stream has one answer: leave best_of, n and num_return_sequences out.", {
    details: { field: "parameters.best_of" },
  });
}

async function readBody(host: TextGenerationHost, body: TgiGenerateRequest, context: HandlerContext): Promise<TgiRequest> {
  const { inputs, parameters } = body;
  const unknown = warnOfUnknownFields(body, tgiGenerateRequest, ["stream"]);
  const read = readTgiRequest({ prompt: inputs }, parameters ?? {});
  await assertNotTruncated(host, { input: read.request.input, truncate: parameters?.truncate }, context);
  return { ...read, warnings: [...unknown, ...read.warnings] };
}
