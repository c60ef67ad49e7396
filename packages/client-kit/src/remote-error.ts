import { CodedError, isErrorCode, type ErrorCode, type RemoteErrorSource } from "@repo/contracts/coded-error";
import { z } from "zod";
import { AttemptFailure, type FailureKind } from "./attempt-failure.ts";
import type { HttpAnswer } from "./send-request.ts";
import { readRetryAfterMs } from "./retry-after.ts";

/** Longest piece of a server's message that is repeated, in UTF-16 units. */
const maxMessageLength = 500;

/** Our own body and OpenAI's: `{error: {...}}`. */
const nestedError = z.object({
  error: z.object({
    message: z.string(),
    code: z.union([z.string(), z.number()]).nullish(),
    type: z.string().nullish(),
    requestId: z.string().optional(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
});
/** TEI, Ollama and Hugging Face's inference API: `{error: "..."}`; ours for pages and files, with code and details. */
const flatError = z.object({
  error: z.union([z.string(), z.array(z.string())]),
  code: z.string().optional(),
  request_id: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
  error_type: z.string().optional(),
  estimated_time: z.number().optional(),
});
/** TEI on its OpenAI route, which forgets the wrapper. */
const bareError = z.object({ message: z.string(), type: z.string().nullish(), code: z.union([z.string(), z.number()]).nullish() });
/** FastAPI. */
const detailError = z.object({
  detail: z.union([z.string(), z.array(z.object({ msg: z.string(), loc: z.array(z.union([z.string(), z.number()])).optional() }))]),
});

interface DecodedBody {
  message: string;
  code?: string;
  details?: Record<string, unknown>;
  requestId?: string;
  retryAfterMs?: number;
}

/** Status to code, for servers that do not name one of our codes. */
const codeOfStatus: Record<number, ErrorCode> = {
  401: "unauthorized",
  402: "unauthorized",
  403: "unauthorized",
  404: "not_found",
  405: "method_not_allowed",
  408: "deadline_exceeded",
  410: "not_found",
  413: "payload_too_large",
  415: "unsupported_media_type",
  424: "inference_failed",
  425: "overloaded",
  429: "overloaded",
  500: "inference_failed",
  502: "model_unavailable",
  503: "model_unavailable",
  504: "deadline_exceeded",
};

/** 4xx that may succeed unchanged; 424 is what TEI answers for a failed backend. */
const retryableClientErrors = new Set([408, 424, 425, 429]);

/**
 * An HTTP error as the failure of an attempt. Understands the bodies of all families (ours, OpenAI, TEI with
 * Hugging Face, Ollama), FastAPI's `detail`, plain text and HTML.
 * @param what the request, for the message
 */
export function toAttemptFailure(answer: HttpAnswer, what: string): AttemptFailure {
  const body = decodeBody(answer.json) ?? { message: answer.isHtml ? "" : answer.text.trim() };
  const code = toCode(answer.status, body.code);
  const retryAfterMs = readRetryAfterMs(answer.headers) ?? body.retryAfterMs;
  const requestId = body.requestId ?? answer.headers.get("x-request-id") ?? undefined;
  const own = shorten(answer.hide(body.message));
  const remote: RemoteErrorSource = {
    url: answer.url,
    status: answer.status,
    ...(own === "" ? {} : { said: own }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(requestId === undefined ? {} : { requestId }),
  };
  const said = own === "" ? "" : `: ${own}`;
  const page = answer.isHtml
    ? ` with an HTML page${isRefusal(answer.status) ? "; is the Space private, and the token missing or wrong?" : ""}`
    : "";
  const error = new CodedError(code, `${what} answered ${answer.status}${page}${said}`, {
    remote,
    ...(body.details === undefined ? {} : { details: hideIn(body.details, answer.hide) }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
  return new AttemptFailure(toKind(answer), error);
}

function toKind({ status, isHtml, json }: HttpAnswer): FailureKind {
  if (status < 500) return retryableClientErrors.has(status) ? "transient" : "final";
  if (status === 501 || status === 505) return "final";
  // 503 is a model that loads, or a container that starts: /ready knows better than a guess when it is over.
  if (status === 503) return "asleep";
  // The edge speaks HTML or plain text for a container that is not there; a container of ours always speaks JSON.
  if (isHtml || ((status === 502 || status === 504) && json === undefined)) return "asleep";
  return "transient";
}

function toCode(status: number, named: string | undefined): ErrorCode {
  // A code that is sent with the status of another one is some other system's word for something else.
  if (isErrorCode(named)) return named;
  return codeOfStatus[status] ?? (status >= 500 ? "internal" : "invalid_request");
}

function decodeBody(json: unknown): DecodedBody | undefined {
  const nested = nestedError.safeParse(json);
  if (nested.success) {
    const { message, code, details, requestId } = nested.data.error;
    return { message, ...toNamed(code), ...(details === undefined ? {} : { details }), ...(requestId === undefined ? {} : { requestId }) };
  }
  const flat = flatError.safeParse(json);
  if (flat.success) {
    const { error, estimated_time: seconds, code, details, request_id: requestId } = flat.data;
    return {
      message: typeof error === "string" ? error : error.join("; "),
      ...toNamed(code),
      ...(details === undefined ? {} : { details }),
      ...(requestId === undefined ? {} : { requestId }),
      ...(seconds === undefined ? {} : { retryAfterMs: seconds * 1000 }),
    };
  }
  const bare = bareError.safeParse(json);
  if (bare.success) return { message: bare.data.message, ...toNamed(bare.data.code) };
  const detail = detailError.safeParse(json);
  if (!detail.success) return undefined;
  const items = detail.data.detail;
  return { message: typeof items === "string" ? items : items.map((item) => `${item.loc?.join(".") ?? ""} ${item.msg}`.trim()).join("; ") };
}

function toNamed(code: string | number | null | undefined): { code?: string } {
  return typeof code === "string" ? { code } : {};
}

/** The Hub's edge hides a private Space behind any of these. */
function isRefusal(status: number): boolean {
  return status === 401 || status === 403 || status === 404;
}

function hideIn(details: Record<string, unknown>, hide: (said: string) => string): Record<string, unknown> {
  return JSON.parse(JSON.stringify(details, (_, value: unknown) => (typeof value === "string" ? hide(value) : value))) as Record<
    string,
    unknown
  >;
}

function shorten(message: string): string {
  return message.length > maxMessageLength ? `${message.slice(0, maxMessageLength)}...` : message;
}
