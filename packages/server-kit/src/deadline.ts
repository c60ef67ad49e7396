import { timeoutHeader } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";

/** When a request must be answered, and the signal that fires then or when the caller leaves. */
export interface Deadline {
  /** Milliseconds since the epoch. */
  deadlineAt: number;
  signal: AbortSignal;
  /** Settles with `work`, or rejects with deadline_exceeded or cancelled as soon as there is nobody to answer in time. */
  race<Value>(work: Promise<Value>): Promise<Value>;
  /** The caller has left while its answer was being sent. */
  leave(): void;
  /** Frees the timer. */
  clear(): void;
}

/**
 * The deadline of a request: what the caller has left according to x-timeout-ms, but never more than the server's own
 * maximum. A header that is not a positive number is refused, because ignoring it would break the caller's promise.
 * @throws CodedError invalid_request
 */
export function startDeadline(headers: Headers, caller: AbortSignal, maxTimeoutMs: number): Deadline {
  const timeoutMs = Math.min(readTimeoutMs(headers) ?? maxTimeoutMs, maxTimeoutMs);
  const controller = new AbortController();
  const stopped = Promise.withResolvers<never>();
  // Nobody may be racing when the timer fires.
  stopped.promise.catch(() => {});
  const stop = (error: CodedError): void => {
    controller.abort(error);
    stopped.reject(error);
  };
  const timer = setTimeout(() => stop(new CodedError("deadline_exceeded", `The answer was not ready within ${timeoutMs} ms.`)), timeoutMs);
  const onLeave = (): void => stop(new CodedError("cancelled", "The caller left before the answer was ready."));
  if (caller.aborted) onLeave();
  else caller.addEventListener("abort", onLeave, { once: true });
  return {
    deadlineAt: Date.now() + timeoutMs,
    signal: controller.signal,
    leave: onLeave,
    race: (work) => Promise.race([work, stopped.promise]),
    clear: () => {
      clearTimeout(timer);
      caller.removeEventListener("abort", onLeave);
    },
  };
}

function readTimeoutMs(headers: Headers): number | undefined {
  const given = headers.get(timeoutHeader);
  if (given === null) return undefined;
  const timeoutMs = Number(given);
  if (given.trim() === "" || !Number.isFinite(timeoutMs) || timeoutMs <= 0) {
    throw new CodedError("invalid_request", `The header ${timeoutHeader} must be a positive number of milliseconds.`);
  }
  return timeoutMs;
}
