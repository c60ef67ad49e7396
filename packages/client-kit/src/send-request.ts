import { CodedError } from "@repo/contracts/coded-error";
import type { RouteMethod } from "@repo/contracts/route";
import { AttemptFailure } from "./attempt-failure.ts";
import type { EncodedRequest } from "./encode-request.ts";
import { networkCause, networkCauseMeaning } from "./network-cause.ts";

/** Any HTTP answer, read to its end. */
export interface HttpAnswer {
  url: string;
  status: number;
  headers: Headers;
  /** The body; at most maxResponseBytes. */
  text: string;
  /** The body parsed; undefined when it is not JSON. */
  json: unknown;
  isHtml: boolean;
  /** Takes the keys out of something the server said, before it goes into an error or a log. */
  hide: (said: string) => string;
}

/** One request over the wire. */
export interface HttpRequest {
  url: string;
  method: RouteMethod;
  /** As encodeRequest gives it; absent for none. */
  body?: EncodedRequest["body"];
  headers: Record<string, string>;
  signal: AbortSignal;
  /** Bytes of the answer after decompression; more is payload_too_large. */
  maxResponseBytes: number;
  /** Keys that must never appear in an error: a server may repeat what it was sent. */
  secrets: readonly string[];
}

/** Hops that are followed within one host: a slash more, http to https. */
const maxRedirects = 3;

/** An answer whose status and headers are there, and whose body is still to be read. */
export interface OpenedAnswer {
  response: Response;
  /** Address that answered. */
  url: string;
  /** Keys that must never appear in an error. */
  secrets: readonly string[];
}

/** Sends one request and reads the whole answer, whatever its status. @throws as {@link openRequest} */
export async function sendRequest(request: HttpRequest, fetch: typeof globalThis.fetch): Promise<HttpAnswer> {
  return await readAnswer(await openRequest(request, fetch), request);
}

/**
 * Sends one request and waits for the status and headers of its answer.
 * A redirect is followed only on the same host and never from https to http; the request, with its keys, goes nowhere else.
 * @throws AttemptFailure for everything but an answer; the signal's reason when it fired
 */
export async function openRequest(request: HttpRequest, fetch: typeof globalThis.fetch): Promise<OpenedAnswer> {
  let url = request.url;
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const response = await open({ ...request, url }, fetch);
    const target = redirectTarget(response, url);
    if (target === undefined) return { response, url, secrets: request.secrets };
    await response.body?.cancel().catch(() => {});
    url = target;
  }
  throw new AttemptFailure("final", notOurs(request.url, "it redirects in a circle"));
}

/**
 * A form as bytes. Node streams a FormData piece by piece, and when a connection breaks in between, its stream throws where
 * nobody can catch it (ERR_INVALID_STATE, an unhandled rejection, which ends the process).
 */
async function toSendable({
  body,
  headers,
}: HttpRequest): Promise<{ headers: Record<string, string>; body?: string | Uint8Array<ArrayBuffer> | ArrayBuffer }> {
  if (body === undefined) return { headers };
  if (!(body instanceof FormData)) return { headers, body };
  const encoded = new Response(body);
  return { headers: { ...headers, "content-type": encoded.headers.get("content-type") ?? "" }, body: await encoded.arrayBuffer() };
}

async function open(request: HttpRequest, fetch: typeof globalThis.fetch): Promise<Response> {
  const { url, method, signal } = request;
  try {
    return await fetch(url, { method, signal, redirect: "manual", ...(await toSendable(request)) });
  } catch (error) {
    signal.throwIfAborted();
    const cause = networkCause(error);
    const failure = new CodedError("model_unavailable", `${hostOf(url)} cannot be reached: ${networkCauseMeaning[cause]}.`, {
      details: { cause },
      remote: { url, status: 0 },
    });
    // A wrong certificate does not become right by waking anything up.
    throw new AttemptFailure(cause === "tls" ? "final" : "asleep", failure);
  }
}

function redirectTarget(response: Response, from: string): string | undefined {
  // Browsers hide where a manual redirect leads.
  if (response.type === "opaqueredirect") throw new AttemptFailure("final", notOurs(from, "it redirects"));
  if (response.status < 300 || response.status > 399 || response.status === 304) return undefined;
  const here = new URL(from);
  const there = URL.parse(response.headers.get("location") ?? "", from);
  const isSameHost = there !== null && there.hostname === here.hostname && (there.host === here.host || there.protocol === "https:");
  const isDowngrade = here.protocol === "https:" && there?.protocol !== "https:";
  if (there === null || !isSameHost || isDowngrade || response.status === 303) {
    throw new AttemptFailure(
      "final",
      notOurs(from, `it redirects to ${there === null ? "nowhere" : there.host}, where your keys are not sent`),
    );
  }
  return there.href;
}

/** Takes keys out of something a server said. */
export function hideSecrets(secrets: readonly string[]): (said: string) => string {
  return (said) => secrets.reduce((result, secret) => result.replaceAll(secret, "[redacted]"), said);
}

/** Reads the whole answer. @throws AttemptFailure when it is too long or cut; the signal's reason when it fired */
export async function readAnswer(
  { response, url, secrets }: OpenedAnswer,
  request: Pick<HttpRequest, "maxResponseBytes" | "signal">,
): Promise<HttpAnswer> {
  const text = await readText(response, { ...request, url });
  const type = response.headers.get("content-type") ?? "";
  const isHtml = /^(?:text\/html|application\/xhtml)/i.test(type) || /^\s*<(?:!doctype html|html)\b/i.test(text);
  const hide = hideSecrets(secrets);
  return { url, status: response.status, headers: response.headers, text, json: isHtml ? undefined : parseJson(text), isHtml, hide };
}

async function readText(response: Response, request: Pick<HttpRequest, "maxResponseBytes" | "signal" | "url">): Promise<string> {
  const { maxResponseBytes, signal, url } = request;
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const announced = Number(response.headers.get("content-length") ?? 0);
  const chunks: string[] = [];
  const decoder = new TextDecoder();
  let bytes = 0;
  try {
    for (;;) {
      if (Math.max(bytes, announced) > maxResponseBytes) throw new AttemptFailure("final", tooLarge(url, maxResponseBytes));
      const { done, value } = await reader.read();
      if (done) return chunks.join("") + decoder.decode();
      bytes += value.byteLength;
      chunks.push(decoder.decode(value, { stream: true }));
    }
  } catch (error) {
    reader.cancel().catch(() => {});
    signal.throwIfAborted();
    if (error instanceof AttemptFailure) throw error;
    throw new AttemptFailure(
      "transient",
      new CodedError("model_unavailable", `${hostOf(url)} cut the connection in the middle of its answer.`, {
        details: { cause: "cut" },
        remote: { url, status: response.status },
      }),
    );
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function notOurs(url: string, why: string): CodedError {
  return new CodedError("not_found", `${hostOf(url)} is not the Space: ${why}.`, {
    details: { cause: "redirect" },
    remote: { url, status: 0 },
  });
}

function tooLarge(url: string, maxResponseBytes: number): CodedError {
  return new CodedError("payload_too_large", `The answer of ${hostOf(url)} is over the limit of ${maxResponseBytes} bytes.`, {
    remote: { url, status: 200 },
  });
}

function hostOf(url: string): string {
  return new URL(url).host;
}
