import { CodedError } from "@repo/contracts/coded-error";
import { maxInputsPerRequest, type EmbeddedTexts, type EmbedTexts } from "@repo/contracts/embed-text";
import type { HandlerContext } from "../mount-route.ts";
import { adaptVector } from "./adapt-vector.ts";
import type { TextEmbeddingHost } from "./text-embedding-host.ts";

/** Most inputs that a header lists: it stays under 2 kB. */
const maxListedInputs = 100;
/** Longest vector that the policy "adapt" makes; known models end at 4,096. */
const maxDimensions = 8192;

/** A service's answer after the dimensions policy. */
export interface AdaptedTexts extends EmbeddedTexts {
  /** Length of the model's own vectors, where the policy made others of them. */
  ownDimensions?: number;
}

/**
 * What every embedding route does between its body and its answer: bounds, harmless text, the dimensions policy, the
 * service, and the headers that tell what happened.
 * @throws CodedError invalid_request, payload_too_large, and what the service throws
 */
export async function runEmbedding(host: TextEmbeddingHost, request: EmbedTexts, context: HandlerContext): Promise<AdaptedTexts> {
  const result = await host.metrics.measure(request.texts.length, () => embed(host, request, context));
  reportTo(context, request, result);
  return result;
}

async function embed(host: TextEmbeddingHost, request: EmbedTexts, context: HandlerContext): Promise<AdaptedTexts> {
  assertInputCount(request.texts.length);
  const service = await host.service();
  const { dimensions, ...wanted } = request;
  const size = dimensions === undefined ? undefined : await resolveDimensions(host, dimensions, context);
  const answer = await service.embed(toServiceRequest(host, wanted), context);
  if (size === undefined) return answer;
  return {
    ...answer,
    ownDimensions: answer.identity.dimensions,
    identity: { ...answer.identity, dimensions: size },
    vectors: answer.vectors.map((vector) => adaptVector(vector, size, request.normalize !== false)),
  };
}

/** The request as the service gets it: well-formed text, and the query prompt everywhere where the Space is told so. */
export function toServiceRequest(host: TextEmbeddingHost, request: EmbedTexts): EmbedTexts {
  const texts = request.texts.map(toHarmlessInput);
  return host.alwaysQueryPrompt === true ? { ...request, texts, inputType: "query", promptName: undefined } : { ...request, texts };
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
  if (host.dimensionsPolicy === "adapt" && dimensions <= maxDimensions) return dimensions;
  const advice =
    host.dimensionsPolicy === "adapt"
      ? `this Space makes others up to ${maxDimensions}.`
      : `leave "dimensions" out or set it to ${own} (in Mem0: embedding_dims of the embedder and embedding_model_dims of the vector store). ` +
        `Or start the Space with DIMENSIONS_POLICY=adapt: it then fills vectors with zeros up to the number asked for, which keeps every cosine, or cuts them.`;
  throw new CodedError("invalid_request", `The model's vectors have ${own} dimensions and not ${dimensions}: ${advice}`, {
    details: { field: "dimensions", dimensions: own },
  });
}

function reportTo(context: HandlerContext, request: EmbedTexts, result: EmbeddedTexts): void {
  const { timings, headers } = context;
  timings.tokenizeMs = result.timings.tokenizeMs;
  timings.queueMs = result.timings.queueMs;
  timings.inferenceMs = result.timings.inferenceMs;
  timings.computeTokens = sumTokens(result);
  timings.computeCharacters = request.texts.reduce((sum, text) => sum + (typeof text === "string" ? text.length : 0), 0);
  listInputs(headers, "x-truncated-inputs", result.truncated, ["index", "tokens"]);
  listInputs(headers, "x-chunked-inputs", result.chunked ?? [], ["index", "tokens", "chunks"]);
}

/** A header such as `count=2; index=0,7; tokens=600,901`, when there is something to tell; the first 100 are listed. */
function listInputs<Fact extends string>(
  headers: Headers,
  name: string,
  inputs: readonly Record<Fact, number>[],
  facts: readonly Fact[],
): void {
  if (inputs.length === 0) return;
  const listed = inputs.slice(0, maxListedInputs);
  const lists = facts.map((fact) => `${fact}=${listed.map((input) => input[fact]).join(",")}`);
  headers.set(name, [`count=${inputs.length}`, ...lists].join("; "));
}
