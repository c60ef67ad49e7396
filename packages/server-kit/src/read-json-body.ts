import { isUtf8 } from "node:buffer";
import { setImmediate as nextTurn } from "node:timers/promises";
import { CodedError } from "@repo/contracts/coded-error";
import type { RouteFamily } from "@repo/contracts/route";
import type { BodyBudget, HeldBytes } from "./body-budget.ts";
import { assertDeclaredLength, assertNotCompressed, bodyTooLarge, readChunks, toReadError } from "./body-bytes.ts";
import { JsonScanner, type JsonLimits } from "./json-scanner.ts";

/** What {@link readJsonBody} allows. */
export interface BodyLimits extends JsonLimits {
  /** Largest body in bytes. */
  maxBodyBytes: number;
}

/** Options of {@link readJsonBody}. */
export interface ReadJsonBodyOptions {
  limits: BodyLimits;
  family: RouteFamily;
  /** Bytes of bodies that all requests together may hold. */
  budget: BodyBudget;
  /** Counts the body's bytes until whoever made it releases it; default until the body is read. */
  held?: HeldBytes | undefined;
  signal: AbortSignal;
}

const smallBodyBytes = 64 * 1024;
const largeBodyBytes = 512 * 1024;

/**
 * Reads a request's JSON, refusing it as soon as it is known to be too large, too deep or not JSON.
 * @throws CodedError payload_too_large, unsupported_media_type, invalid_request, overloaded, cancelled
 */
export async function readJsonBody(request: Request, options: ReadJsonBodyOptions): Promise<unknown> {
  assertMediaType(request.headers, options.family);
  const declared = assertDeclaredLength(request.headers, options.limits.maxBodyBytes);
  const bytes = declared > 0 && declared <= smallBodyBytes ? await readSmall(request, options) : await readStream(request, options);
  if (bytes.length === 0) throw new CodedError("invalid_request", "The body is empty; send JSON.");
  if (!isUtf8(bytes)) throw new CodedError("invalid_request", "The body is not valid UTF-8.");
  // Joining, decoding, parsing and checking a large body take milliseconds each: others get their turn in between.
  if (bytes.length > largeBodyBytes) await nextTurn();
  // TextDecoder and not toString: it also drops a byte order mark, which some clients on Windows send.
  const text = new TextDecoder().decode(bytes);
  if (bytes.length > largeBodyBytes) await nextTurn();
  const body = parseJson(text);
  if (bytes.length > largeBodyBytes) await nextTurn();
  return body;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // Python's json.dumps writes them unless it is told not to.
    const hint = /[:,[]\s*-?(?:NaN|Infinity)\b/.test(text) ? " It holds NaN or Infinity, for which JSON has no word." : "";
    throw new CodedError("invalid_request", `The body is not valid JSON.${hint}`, { cause });
  }
}

function assertMediaType(headers: Headers, family: RouteFamily): void {
  assertNotCompressed(headers);
  // Ollama reads every body as JSON, and its documentation's curl examples send none of the right types.
  if (family === "ollama") return;
  const [type = "", ...parameters] = (headers.get("content-type") ?? "application/json")
    .toLowerCase()
    .split(";")
    .map((part) => part.trim());
  if (type !== "application/json" && !/^application\/[\w.-]+\+json$/.test(type)) {
    throw new CodedError("unsupported_media_type", "Send JSON with the header `Content-Type: application/json`.", {
      details: { request: true },
    });
  }
  const charset = parameters
    .find((parameter) => parameter.startsWith("charset="))
    ?.slice("charset=".length)
    .replaceAll('"', "");
  if (charset !== undefined && charset !== "utf-8" && charset !== "utf8") {
    throw new CodedError("unsupported_media_type", "JSON is read as UTF-8 only.", { details: { request: true } });
  }
}

/**
 * A body that says it is small, in one piece: a connection cannot carry more than its Content-Length, and the web stream
 * of a request costs more time than everything else about it.
 */
async function readSmall(request: Request, { limits, signal }: ReadJsonBodyOptions): Promise<Buffer> {
  const read = await request.arrayBuffer().catch((cause: unknown) => toReadError(cause, signal));
  if (read instanceof CodedError) throw read;
  const bytes = Buffer.from(read);
  if (bytes.length > limits.maxBodyBytes) throw bodyTooLarge(limits.maxBodyBytes);
  new JsonScanner(limits).push(bytes);
  return bytes;
}

async function readStream(request: Request, { limits, budget, held: kept, signal }: ReadJsonBodyOptions): Promise<Buffer> {
  const scanner = new JsonScanner(limits);
  const chunks: Uint8Array[] = [];
  const held = kept ?? budget.hold();
  try {
    for await (const chunk of readChunks(request, { maxBodyBytes: limits.maxBodyBytes, held, signal })) {
      scanner.push(chunk);
      chunks.push(chunk);
    }
  } finally {
    if (kept === undefined) held.release();
  }
  return Buffer.concat(chunks);
}
