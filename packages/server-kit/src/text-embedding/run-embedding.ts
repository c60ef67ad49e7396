import { CodedError } from "@repo/contracts/coded-error";
import { maxInputsPerRequest, type EmbeddedTexts, type EmbedTexts } from "@repo/contracts/embed-text";
import type { HandlerContext } from "../mount-route.ts";
import { adaptVector } from "./adapt-vector.ts";
import type { TextEmbeddingHost } from "./text-embedding-host.ts";

const maxListedInputs = 100;

/**
 * What every embedding route does between its body and its answer: bounds, harmless text, the dimensions policy, the
 * service, and the headers that tell what happened.
 * @throws CodedError invalid_request, payload_too_large, and what the service throws
 */
export async function runEmbedding(host: TextEmbeddingHost, request: EmbedTexts, context: HandlerContext): Promise<EmbeddedTexts> {
  const result = await host.metrics.measure(request.texts.length, () => embed(host, request, context));
  reportTo(context, request, result);
  return result;
}

async function embed(host: TextEmbeddingHost, request: EmbedTexts, context: HandlerContext): Promise<EmbeddedTexts> {
  assertInputCount(request.texts.length);
  const service = await host.service();
  const { dimensions, ...wanted } = request;
  const size = dimensions === undefined ? undefined : await resolveDimensions(host, dimensions, context);
  const answer = await service.embed({ ...wanted, texts: request.texts.map(toHarmlessInput) }, context);
  if (size === undefined) return answer;
  return {
    ...answer,
    identity: { ...answer.identity, dimensions: size },
    vectors: answer.vectors.map((vector) => adaptVector(vector, size)),
  };
}

/** @throws CodedError invalid_request for none, payload_too_large for more than 2,048 */
export function assertInputCount(count: number, maximum: number = maxInputsPerRequest): void {
  if (count === 0)
    throw new CodedError("invalid_request", "There is nothing to embed: the list of inputs is empty.", { details: { empty: true } });
  if (count > maximum) {
    throw new CodedError(
      "payload_too_large",
      `${count} inputs are more than the ${maximum} that one request may carry; send them in several.`,
      { details: { inputs: count, maxInputs: maximum } },
    );
  }
}

/** A text without halves of surrogate pairs: they are replaced by U+FFFD, as every UTF-8 encoder would. */
export function toHarmlessInput<Input extends string | readonly number[]>(input: Input): Input {
  return (typeof input === "string" ? input.toWellFormed() : input) as Input;
}

/** Sum of the tokens that the model read. */
export function sumTokens(result: EmbeddedTexts): number {
  return result.tokenCounts.reduce((sum, tokens) => sum + tokens, 0);
}

async function resolveDimensions(host: TextEmbeddingHost, dimensions: number, context: HandlerContext): Promise<number | undefined> {
  const own = (await (await host.service()).info(context)).dimensions;
  if (dimensions === own || host.dimensionsPolicy === "ignore") return undefined;
  if (host.dimensionsPolicy === "adapt" && dimensions <= 8192) return dimensions;
  throw new CodedError(
    "invalid_request",
    `The model's vectors have ${own} dimensions; ${dimensions} is not supported. Leave "dimensions" out or set it to ${own}.`,
    {
      details: { field: "dimensions", dimensions: own },
    },
  );
}

function reportTo(context: HandlerContext, request: EmbedTexts, result: EmbeddedTexts): void {
  const { timings, headers } = context;
  timings.tokenizeMs = result.timings.tokenizeMs;
  timings.queueMs = result.timings.queueMs;
  timings.inferenceMs = result.timings.inferenceMs;
  timings.computeTokens = sumTokens(result);
  timings.computeCharacters = request.texts.reduce((sum, text) => sum + (typeof text === "string" ? text.length : 0), 0);
  if (result.truncated.length > 0) {
    const indexes = result.truncated.slice(0, maxListedInputs).map(({ index }) => index);
    headers.set("x-truncated-inputs", `count=${result.truncated.length}; index=${indexes.join(",")}`);
  }
}
