import { CodedError, errorCodes, type ErrorCode } from "@repo/contracts/coded-error";
import type { RouteFamily } from "@repo/contracts/route";

/** A family that expects another status than ours for a code. The rest is the same everywhere. */
const familyStatus: Partial<Record<RouteFamily, Partial<Record<ErrorCode, number>>>> = {
  // Never 503 where text is written: Hugging Face's JavaScript client repeats a 503 at once and without end, and does not
  // repeat a 429 (huggingface.js#2374). 408 and 424 are the statuses of TGI's clients for a late and a failed generation.
  tgi: { invalid_request: 422, model_unavailable: 429, database_unavailable: 429, deadline_exceeded: 408, inference_failed: 424 },
  "openai-generation": { input_too_long: 400, model_unavailable: 429, database_unavailable: 429, deadline_exceeded: 408 },
  // TEI answers every failed validation with 422 (its router/src/http/types.rs).
  tei: { invalid_request: 422 },
  "hugging-face": { invalid_request: 422 },
  // Both say 400 for an input over the context length.
  openai: { input_too_long: 400 },
  ollama: { input_too_long: 400 },
  // A file of a kind that is not read; the request itself was understood. @source the original's 400 "unsupported type"
  extraction: { unsupported_media_type: 400 },
};

const openAiTypes: Partial<Record<ErrorCode, string>> = { unauthorized: "authentication_error", overloaded: "rate_limit_error" };

const teiTypes: Record<ErrorCode, string> = {
  invalid_request: "Validation",
  unauthorized: "Unauthorized",
  forbidden: "Forbidden",
  not_found: "NotFound",
  method_not_allowed: "NotFound",
  model_mismatch: "Validation",
  conflict: "Validation",
  payload_too_large: "Validation",
  unsupported_media_type: "Validation",
  input_too_long: "Validation",
  overloaded: "Overloaded",
  cancelled: "Backend",
  inference_failed: "Backend",
  internal: "Backend",
  model_unavailable: "Unhealthy",
  database_unavailable: "Unhealthy",
  deadline_exceeded: "Deadline",
};

/** @source https://github.com/huggingface/text-generation-inference, router/src/infer/mod.rs InferError, revision db931fcf */
const tgiTypes: Partial<Record<ErrorCode, string>> = {
  overloaded: "overloaded",
  model_unavailable: "unhealthy",
  database_unavailable: "unhealthy",
  unauthorized: "unauthorized",
  forbidden: "forbidden",
  not_found: "not_found",
  method_not_allowed: "not_found",
  deadline_exceeded: "deadline",
  cancelled: "generation",
  inference_failed: "generation",
  internal: "generation",
};

/** Details a thrower may give to shape an answer; both also reach the caller on our own routes. */
interface KnownDetails {
  /** Path of the wrong field, e.g. input.3. */
  field?: string | null;
  /** True when the inputs were an empty list: TEI has a kind and a status of its own for it. */
  empty?: boolean;
  /** What is wrong with a file that was understood to be one, e.g. truncated or encrypted. */
  reason?: string;
  /** True when it is the request's own media type that is not read, and not a file in it. */
  request?: boolean;
}

/** Status of `code` in a family of routes. */
export function toStatus(error: CodedError, family: RouteFamily): number {
  const details: KnownDetails = error.details ?? {};
  if (family === "tei" && details.empty === true) return 400;
  if (family === "extraction") {
    if (error.code === "invalid_request" && details.reason !== undefined) return 422;
    if (error.code === "unsupported_media_type" && details.request === true) return 415;
  }
  return familyStatus[family]?.[error.code] ?? errorCodes[error.code].status;
}

/** Every status that a family may answer with, for its OpenAPI. */
export function statusesOf(family: RouteFamily, codes: readonly ErrorCode[]): number[] {
  const statuses = codes.map((code) => toStatus(new CodedError(code, ""), family));
  const others: Partial<Record<RouteFamily, number[]>> = { tei: [400], extraction: [415, 422] };
  return [...new Set([...statuses, ...(others[family] ?? [])])].toSorted((a, b) => a - b);
}

type ToBody = (error: CodedError, requestId: string, details: KnownDetails) => unknown;
type ToOpenAiError = (error: CodedError, details: KnownDetails) => object;

const toTeiBody: ToBody = (error, _requestId, details) => ({
  error: error.message,
  error_type: details.empty === true ? "Empty" : teiTypes[error.code],
});

const toOpenAiError: ToOpenAiError = ({ code, message }, { field = null }) => {
  const fallback = errorCodes[code].status >= 500 ? "server_error" : "invalid_request_error";
  return { message, type: openAiTypes[code] ?? fallback, param: field, code };
};

const familyBodies: Record<RouteFamily, ToBody> = {
  outpost: ({ code, message, retryable, details }, requestId) => ({
    error: { code, message, requestId, retryable, ...(details === undefined ? {} : { details }) },
  }),
  plain: ({ code, message }, requestId) => ({ success: false, error: message, code, request_id: requestId }),
  extraction: ({ code, message, details }, requestId) => ({
    success: false,
    error: message,
    detail: message,
    code,
    request_id: requestId,
    ...(details === undefined ? {} : { details }),
  }),
  fastapi: ({ code, message }, requestId) => ({ detail: message, code, request_id: requestId }),
  openai: (error, _requestId, details) => ({ error: toOpenAiError(error, details) }),
  "openai-generation": (error, _requestId, details) => ({ error: toOpenAiError(error, details), message: error.message }),
  tei: toTeiBody,
  tgi: ({ code, message }) => ({ error: message, error_type: tgiTypes[code] ?? "validation", code }),
  "hugging-face": toTeiBody,
  ollama: ({ message }) => ({ error: message }),
};

/** The JSON body in which a family's clients look for the message. */
export function toErrorBody(error: CodedError, family: RouteFamily, requestId: string): unknown {
  return familyBodies[family](error, requestId, error.details ?? {});
}

/** Refusals that pass by themselves, and soon. */
const namesTime: ReadonlySet<ErrorCode> = new Set(["overloaded", "model_unavailable", "database_unavailable"]);

/**
 * Headers of an error: whether and when to try again, in the words of HTTP and of OpenAI's SDKs.
 * A retryable refusal that names no time gets one second, so that no client hammers.
 */
export function toErrorHeaders(error: CodedError): Record<string, string> {
  const headers: Record<string, string> = { "x-should-retry": String(error.retryable) };
  const retryAfterMs = error.retryAfterMs ?? (namesTime.has(error.code) ? 1000 : undefined);
  if (retryAfterMs !== undefined) {
    headers["retry-after"] = String(Math.max(1, Math.ceil(retryAfterMs / 1000)));
    headers["retry-after-ms"] = String(Math.max(1, Math.ceil(retryAfterMs)));
  }
  if (error.code === "unauthorized") headers["www-authenticate"] = "Bearer";
  return headers;
}

/**
 * Any thrown value as a CodedError; what we did not throw ourselves says nothing about its cause to the caller. One that a library
 * has wrapped counts as thrown: drizzle wraps everything that comes from the database.
 */
export function toCodedError(thrown: unknown): CodedError {
  if (CodedError.isInstance(thrown)) return thrown;
  if (thrown instanceof Error && CodedError.isInstance(thrown.cause)) return thrown.cause;
  return new CodedError("internal", "The server made a mistake. The request id finds it in the log.", { cause: thrown });
}
