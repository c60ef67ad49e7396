/**
 * Every way a request can fail, as data: the server answers from this table, the client rebuilds its errors from it and
 * the conformance suites loop over it. `retryable` says whether the same request may succeed later, unchanged.
 */
export const errorCodes = {
  invalid_request: { status: 400, retryable: false, meaning: "The request does not match the contract." },
  unauthorized: { status: 401, retryable: false, meaning: "A key is required and was missing or wrong." },
  forbidden: { status: 403, retryable: false, meaning: "The key is known, but it may not do this or see this record." },
  not_found: { status: 404, retryable: false, meaning: "There is nothing at this path, or no such record." },
  method_not_allowed: { status: 405, retryable: false, meaning: "The path exists, but not for this method." },
  model_mismatch: {
    status: 409,
    retryable: false,
    meaning: "The vectors at hand are of another model than the one that answered; they cannot be compared.",
  },
  conflict: {
    status: 409,
    retryable: false,
    meaning: "The record has changed since the caller read it, or is in a state that does not allow this.",
  },
  payload_too_large: { status: 413, retryable: false, meaning: "The body, or the number of inputs in it, is over the limit." },
  unsupported_media_type: { status: 415, retryable: false, meaning: "The body is of a type this route does not read." },
  input_too_long: { status: 422, retryable: false, meaning: "An input is longer than the model reads and truncation was switched off." },
  overloaded: { status: 429, retryable: true, meaning: "The queue is full; Retry-After says when there will be room." },
  cancelled: { status: 499, retryable: false, meaning: "The caller left before the answer was ready (logged, never sent)." },
  inference_failed: { status: 500, retryable: true, meaning: "The model failed on this request." },
  internal: { status: 500, retryable: true, meaning: "A defect of the server; the request id finds it in the log." },
  model_unavailable: { status: 503, retryable: true, meaning: "The model is loading, stopping or could not be loaded." },
  database_unavailable: { status: 503, retryable: true, meaning: "The app's database does not answer." },
  deadline_exceeded: { status: 504, retryable: true, meaning: "The answer was not ready within the time the caller gave." },
} as const satisfies Record<string, { status: number; retryable: boolean; meaning: string }>;

/** One of the codes of {@link errorCodes}. */
export type ErrorCode = keyof typeof errorCodes;

/** Where an error came from when it travelled over HTTP. Never holds request headers: they carry keys. */
export interface RemoteErrorSource {
  url: string;
  /** HTTP status as received; 0 when there was no response. */
  status: number;
  /** Its own message, without where it came from; absent when it sent none. */
  said?: string;
  /** What the server asked for in Retry-After, milliseconds. */
  retryAfterMs?: number;
  requestId?: string;
}

/** Options of {@link CodedError}. */
export interface CodedErrorOptions {
  cause?: unknown;
  /** Machine-readable facts that help the caller to fix the request; they are sent to the client. */
  details?: Record<string, unknown>;
  /** When the same request may succeed, milliseconds from now; becomes Retry-After. */
  retryAfterMs?: number;
  remote?: RemoteErrorSource;
}

const marker = Symbol.for("outpost.coded-error");

/** The one error class of the system: a code from the table and a message that is safe to show to the caller. */
export class CodedError extends Error {
  readonly [marker] = true;
  readonly code: ErrorCode;
  readonly details: Record<string, unknown> | undefined;
  readonly retryAfterMs: number | undefined;
  readonly remote: RemoteErrorSource | undefined;

  constructor(code: ErrorCode, message: string, options: CodedErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CodedError";
    this.code = code;
    this.details = options.details;
    this.retryAfterMs = options.retryAfterMs;
    this.remote = options.remote;
  }

  /** HTTP status of the code. */
  get status(): number {
    return errorCodes[this.code].status;
  }

  /** Whether the same request may succeed later, unchanged. */
  get retryable(): boolean {
    return errorCodes[this.code].retryable;
  }

  /** True for a CodedError of any copy of this module (bundles carry their own). */
  static isInstance(value: unknown): value is CodedError {
    return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[marker] === true;
  }
}

/** True when `value` is one of the codes of the table. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(errorCodes, value);
}
