import { CodedError } from "@repo/contracts/coded-error";
import type { HeldBytes } from "./body-budget.ts";

/** Options of {@link readBytes}. */
export interface ReadBytesOptions {
  maxBodyBytes: number;
  /** Grows with what has arrived; who made it releases it. */
  held: HeldBytes;
  signal: AbortSignal;
}

/** Refuses a body that says itself that it is too large. @returns its length, 0 when it does not say @throws CodedError payload_too_large */
export function assertDeclaredLength(headers: Headers, maxBodyBytes: number): number {
  const declared = Number(headers.get("content-length") ?? 0);
  if (declared > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
  return declared;
}

/** Refuses a compressed body. @throws CodedError unsupported_media_type */
export function assertNotCompressed(headers: Headers): void {
  const encoding = headers.get("content-encoding")?.toLowerCase();
  if (encoding === undefined || encoding === "identity") return;
  throw new CodedError("unsupported_media_type", "Compressed bodies are not read; send the JSON, form or file as it is.", {
    details: { request: true },
  });
}

/** The error for a body over the limit. */
export function bodyTooLarge(maxBodyBytes: number): CodedError {
  return new CodedError("payload_too_large", `The body is larger than ${maxBodyBytes} bytes.`, { details: { maxBodyBytes } });
}

/** What reading a body threw, as ours: the caller left, or its connection broke. */
export function toReadError(cause: unknown, signal: AbortSignal): CodedError {
  if (CodedError.isInstance(cause)) return cause;
  if (signal.aborted)
    return CodedError.isInstance(signal.reason) ? signal.reason : new CodedError("cancelled", "The caller left.", { cause });
  return new CodedError("invalid_request", "The body ended too early.", { cause });
}

/** The pieces of a body as they arrive, within the limits. @throws CodedError payload_too_large, overloaded, cancelled, invalid_request */
export async function* readChunks(request: Request, { maxBodyBytes, held, signal }: ReadBytesOptions): AsyncGenerator<Uint8Array> {
  if (request.body === null) return;
  let length = 0;
  try {
    for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
      signal.throwIfAborted();
      length += chunk.byteLength;
      if (length > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
      held.grow(chunk.byteLength);
      yield chunk;
    }
  } catch (thrown) {
    throw toReadError(thrown, signal);
  }
}

/** The whole body. @throws CodedError as {@link readChunks} */
export async function readBytes(request: Request, options: ReadBytesOptions): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readChunks(request, options)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
