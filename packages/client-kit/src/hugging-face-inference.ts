import type { CallContext } from "@repo/contracts/call-context";
import { CodedError, type ErrorCode } from "@repo/contracts/coded-error";
import type { EmbedTexts, TextEmbedder } from "@repo/contracts/embed-text";
import type { ModelIdentity } from "@repo/contracts/model-info";
import { toKeyHeaders } from "./key-headers.ts";
import { loadOnce } from "./load-once.ts";
import { mapInOrder } from "./map-in-order.ts";
import { toSentenceVector } from "./sentence-vector.ts";
import { withinDeadline } from "./within-deadline.ts";

/** Options of {@link createHuggingFaceEmbedder}. */
export interface HuggingFaceEmbedderOptions {
  /** Hugging Face token that may call Inference Providers. */
  token: string;
  /** Default sentence-transformers/all-MiniLM-L6-v2. */
  model?: string | undefined;
  /** Length of its vectors. Default 384. */
  dimensions?: number | undefined;
  /** Longest input in tokens, which the hosted API does not tell. Default 256, what this model was made for. */
  maxTokens?: number | undefined;
  /** Texts per request. Default 32. */
  maxTextsPerCall?: number | undefined;
  /** Longest time for one embed(), milliseconds, when the caller names no deadline. Default 60,000. */
  timeoutMs?: number | undefined;
  /** Default the platform's. */
  fetch?: typeof globalThis.fetch | undefined;
}

/** Revision of every vector of the hosted API: it does not say which weights answer, so its vectors are a kind of their own. */
export const hostedRevision = "hosted";

const explanations: Record<number, { code: ErrorCode; message: string }> = {
  400: { code: "invalid_request", message: "refused the request" },
  401: {
    code: "unauthorized",
    message: "does not know the token: make one with 'Make calls to Inference Providers' at huggingface.co/settings/tokens",
  },
  402: {
    code: "unauthorized",
    message: "has no free credits left for this token this month: wait, buy credits, or set the address of a Space",
  },
  403: {
    code: "unauthorized",
    message: "does not let this token call Inference Providers: give it that permission at huggingface.co/settings/tokens",
  },
  404: { code: "not_found", message: "does not serve this model: no provider hosts it for this task" },
  410: { code: "not_found", message: "no longer serves this model or this address: update this app, or set the address of a Space" },
  413: { code: "payload_too_large", message: "found the request too large" },
  422: { code: "invalid_request", message: "refused the request" },
  429: { code: "overloaded", message: "got too many requests from this token: wait, or set the address of a Space" },
  503: { code: "model_unavailable", message: "is loading the model: try again in some seconds" },
  504: { code: "deadline_exceeded", message: "did not answer in time" },
};

/**
 * The hosted inference API of Hugging Face as a TextEmbedder, for apps that have no Space. `@huggingface/inference`
 * is loaded with the first request. Vectors are mean-pooled where the API answers one per token, and of unit length
 * unless normalize is false. Nothing is retried.
 * @throws unauthorized, not_found, overloaded, model_unavailable with the way out in the message; inference_failed for
 * vectors that are not `dimensions` finite numbers; invalid_request for token ids, prompts and other dimensions
 */
export function createHuggingFaceEmbedder(options: HuggingFaceEmbedderOptions): TextEmbedder {
  const {
    model = "sentence-transformers/all-MiniLM-L6-v2",
    dimensions = 384,
    maxTokens = 256,
    maxTextsPerCall = 32,
    timeoutMs = 60_000,
  } = options;
  const { secrets } = toKeyHeaders({ token: options.token });
  const [accessToken] = secrets;
  if (accessToken === undefined) throw new CodedError("invalid_request", "The hosted inference API needs a Hugging Face token.");
  const identity: ModelIdentity = { model, revision: hostedRevision, dimensions };
  const library = loadOnce(async () => {
    try {
      return await import("@huggingface/inference");
    } catch (error) {
      throw new CodedError("internal", "The package @huggingface/inference is not installed; it is needed where no Space is set.", {
        cause: error,
      });
    }
  });

  async function embedBatch(texts: readonly string[], request: EmbedTexts, signal: AbortSignal): Promise<Float32Array[]> {
    const { InferenceClient } = await library();
    // The library asks the Hub first where the model runs, without the signal.
    const { fetch = globalThis.fetch } = options;
    const client = new InferenceClient(accessToken, {
      signal,
      retry_on_error: false,
      fetch: (input, init) => fetch(input, { ...init, signal }),
    });
    const { normalize = true, longText, truncationDirection } = request;
    try {
      const answer = await client.featureExtraction({
        model,
        provider: "hf-inference",
        inputs: [...texts],
        normalize,
        truncate: longText !== "refuse",
        ...(truncationDirection === undefined ? {} : { truncation_direction: truncationDirection }),
      });
      return toVectors(answer, texts.length, { dimensions, normalize });
    } catch (error) {
      signal.throwIfAborted();
      throw explain(error, model);
    }
  }

  return {
    info: async () => ({ ...identity, maxTokens, pooling: "mean", precision: "unknown", promptNames: [] }),
    async embed(request, context: CallContext = {}) {
      const texts = toStrings(request, dimensions);
      const deadlineAt = context.deadlineAt ?? Date.now() + timeoutMs;
      const batches = Array.from({ length: Math.ceil(texts.length / maxTextsPerCall) }, (_, index) =>
        texts.slice(index * maxTextsPerCall, (index + 1) * maxTextsPerCall),
      );
      const parts = await withinDeadline(
        { deadlineAt, signal: context.signal, what: `Embedding ${texts.length} texts by Hugging Face` },
        (signal) => mapInOrder(batches, { limit: 1, signal }, (batch, inner) => embedBatch(batch, request, inner)),
      );
      return { identity, vectors: parts.flat(), tokenCounts: [], truncated: [], timings: {} };
    },
  };
}

function toStrings(request: EmbedTexts, dimensions: number): string[] {
  if (request.texts.length === 0) throw new CodedError("invalid_request", "There are no texts to embed.");
  if (request.dimensions !== undefined && request.dimensions !== dimensions)
    throw new CodedError("invalid_request", `This model has ${dimensions} dimensions.`);
  if (request.promptName !== undefined) throw new CodedError("invalid_request", "The hosted inference API has no prompts for this model.");
  if (request.longText === "chunk") throw new CodedError("invalid_request", "The hosted inference API does not embed texts in pieces.");
  return request.texts.map((text) => {
    if (typeof text !== "string")
      throw new CodedError("invalid_request", "Token ids cannot be sent to the hosted inference API: send the texts.");
    return text;
  });
}

function toVectors(answer: unknown, count: number, options: { dimensions: number; normalize: boolean }): Float32Array[] {
  const items = Array.isArray(answer) ? (answer as unknown[]) : [];
  const vectors = items.map((item) => toSentenceVector(item, options)).filter((vector) => vector !== undefined);
  if (items.length !== count || vectors.length !== count) {
    throw new CodedError(
      "inference_failed",
      `Hugging Face's inference API answered something else than ${count} vectors of ${options.dimensions} finite numbers.`,
    );
  }
  return vectors;
}

/** The library's errors hold the request with its Authorization header: nothing of them but status and message is kept. */
function explain(error: unknown, model: string): CodedError {
  if (CodedError.isInstance(error)) return error;
  const { name, httpResponse: response } = error as { name?: unknown; httpResponse?: { status?: unknown; body?: unknown } };
  if (name === "InputError") return new CodedError("not_found", `Hugging Face's inference API does not serve ${model} for this task.`);
  if (name === "ProviderOutputError")
    return new CodedError("inference_failed", `Hugging Face's inference API answered something that is not vectors (${model}).`);
  if (typeof response?.status !== "number") {
    return new CodedError(
      "model_unavailable",
      "Hugging Face's inference API cannot be reached, or answered something that is not its own.",
    );
  }
  const { status } = response;
  const { code, message } = explanations[status] ?? {
    code: status >= 500 ? ("inference_failed" as const) : ("invalid_request" as const),
    message: `answered ${status}`,
  };
  const said = saidBy(response.body);
  return new CodedError(code, `Hugging Face's inference API ${message} (${model})${said === "" ? "" : `. It says: ${said}`}`, {
    remote: { url: "https://router.huggingface.co", status },
  });
}

function saidBy(body: unknown): string {
  const text = typeof body === "string" ? body : (body as { error?: unknown } | null)?.error;
  return typeof text === "string" ? text.slice(0, 300) : "";
}
