/** What accompanies every service call, in-process or over HTTP. */
export interface CallContext {
  /** Fires when the caller no longer wants the answer; queued work is dropped at once. */
  signal?: AbortSignal | undefined;
  /** Moment after which the answer is worthless, milliseconds since the epoch. Passed down, never extended. */
  deadlineAt?: number | undefined;
  requestId?: string | undefined;
}

/** Header that carries the caller's remaining time, milliseconds; relative, because clocks of two machines differ. */
export const timeoutHeader = "x-timeout-ms";

/** Header that carries the request id in both directions. */
export const requestIdHeader = "x-request-id";
