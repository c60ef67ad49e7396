import { QdrantClient } from "@qdrant/js-client-rest";
import { sleep } from "@repo/client-kit/sleep";
import { CodedError } from "@repo/contracts/coded-error";
import type { Secret } from "@repo/server-kit/secret";

/** Options of {@link createQdrantConnection}. */
export interface QdrantConnectionOptions {
  /** http:// or https:// address; the port is 6333 where it names none, as in Qdrant's own clients. */
  url: string;
  apiKey?: Secret | undefined;
  /** Longest time one attempt may take, milliseconds. Default 15,000. */
  timeoutMs?: number | undefined;
  /** Attempts per call, the first included. Default 3. */
  maxAttempts?: number | undefined;
  /** First pause between attempts, milliseconds; it doubles. Default 250. */
  retryDelayMs?: number | undefined;
}

/** Qdrant's client with its errors in our words. */
export interface QdrantConnection {
  /** Address without user, password or query; for messages. */
  address: string;
  /**
   * Runs a request that may be repeated (all of the store's may: they say what is to be, not what is to change).
   * @throws model_unavailable when it does not answer in time or fails, unauthorized, not_found, invalid_request,
   * payload_too_large, overloaded
   */
  run<T>(request: (client: QdrantClient) => Promise<T>): Promise<T>;
}

/** Connects to a Qdrant. Nothing is sent before the first run. @throws invalid_request for an address that is none */
export function createQdrantConnection(options: QdrantConnectionOptions): QdrantConnection {
  const { timeoutMs = 15_000, maxAttempts = 3, retryDelayMs = 250 } = options;
  const url = URL.parse(options.url);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new CodedError("invalid_request", "The address of Qdrant starts with http:// or https://, for example http://127.0.0.1:6333.");
  if (url.username !== "" || url.password !== "")
    throw new CodedError("invalid_request", "The address of Qdrant must not hold a user name or password: set its API key.");
  const prefix = url.pathname.replace(/\/+$/, "");
  // A URL forgets the port that its protocol has anyway, and the client would take 6333 for it.
  const port = /^https?:\/\/[^/?#]*:(\d+)/i.exec(options.url.trim())?.[1];
  const client = new QdrantClient({
    url: url.origin,
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(prefix === "" ? {} : { prefix }),
    timeout: timeoutMs,
    // As a header of our own: the client would write a warning for every http:// address to the console.
    ...(options.apiKey === undefined ? {} : { headers: { "api-key": options.apiKey.reveal() } }),
    checkCompatibility: false,
  });
  const address = `${url.origin}${prefix}`;

  async function run<T>(request: (client: QdrantClient) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await request(client);
      } catch (error) {
        const failure = toCodedError(error, address);
        if (!failure.retryable || attempt >= maxAttempts) throw failure;
        await sleep(Math.max(retryDelayMs * 2 ** (attempt - 1), Math.min(failure.retryAfterMs ?? 0, 10_000)));
      }
    }
  }
  return { address, run };
}

const keyMeaning = "refuses the API key: it is missing, wrong, or may not write";

function toCodedError(error: unknown, address: string): CodedError {
  if (CodedError.isInstance(error)) return error;
  const {
    status,
    data,
    name,
    retry_after: retryAfterSeconds,
  } = error as { status?: unknown; data?: unknown; name?: unknown; retry_after?: unknown };
  const who = `Qdrant at ${address}`;
  if (typeof retryAfterSeconds === "number") {
    return new CodedError("overloaded", `${who} has too much to do.`, { retryAfterMs: retryAfterSeconds * 1_000 });
  }
  if (typeof status !== "number") {
    const reason =
      name === "QdrantClientTimeoutError" ? "did not answer in time" : "cannot be reached; is it running, and is this its address";
    return new CodedError("model_unavailable", `${who} ${reason}${reason.includes("is it") ? "?" : "."}`, {
      details: { cause: "qdrant" },
      remote: { url: address, status: 0 },
      // The client's own error may repeat headers.
      cause: (error as { cause?: { code?: unknown } }).cause?.code,
    });
  }
  const said = saidBy(data);
  const remote = { url: address, status };
  const withSaid = said === "" ? "." : `: ${said}`;
  if (status === 401 || status === 403) return new CodedError("unauthorized", `${who} ${keyMeaning}${withSaid}`, { remote });
  if (status === 404) return new CodedError("not_found", `${who} answers "not found"${withSaid}`, { remote });
  if (status === 413) return new CodedError("payload_too_large", `${who} finds the request too large${withSaid}`, { remote });
  if (status === 429) return new CodedError("overloaded", `${who} has too much to do${withSaid}`, { remote });
  if (status >= 500)
    return new CodedError("model_unavailable", `${who} fails with ${status}${withSaid}`, { details: { cause: "qdrant" }, remote });
  return new CodedError("invalid_request", `${who} refuses the request${withSaid}`, { remote, details: { status } });
}

/** Qdrant answers {status: {error: "..."}}. */
function saidBy(data: unknown): string {
  const said = (data as { status?: { error?: unknown } } | null | undefined)?.status?.error;
  return typeof said === "string" ? said.slice(0, 300) : "";
}
