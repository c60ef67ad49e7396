import { requestIdHeader, timeoutHeader, type CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import type { Route, RouteMethod } from "@repo/contracts/route";
import { ConstantBackoff, ExponentialBackoff, handleWhen, isBrokenCircuitError, retry, type CircuitBreakerPolicy } from "cockatiel";
import type { z } from "zod";
import { AttemptFailure } from "./attempt-failure.ts";
import { type AttemptReport, reportAttempt } from "./attempt-report.ts";
import { parseAnswer } from "./parse-answer.ts";
import { encodeRequest, type EncodedRequest } from "./encode-request.ts";
import { readStream } from "./read-stream.ts";
import { readAnswer, type HttpAnswer, type OpenedAnswer } from "./send-request.ts";
import { sleep } from "./sleep.ts";
import type { WakeUp } from "./wake-up.ts";
import { withinDeadline } from "./within-deadline.ts";

/** Sends one request to the Space's host with its keys. */
export type Exchange<Answer = HttpAnswer> = (
  method: RouteMethod,
  path: string,
  request: { body?: EncodedRequest["body"]; headers?: Record<string, string>; signal: AbortSignal },
) => Promise<Answer>;

/** Parts and limits of {@link createResilientCall}; the defaults live in SpaceClientOptions. */
export interface ResilientCallOptions {
  baseUrl: string;
  exchange: Exchange;
  /** The same, up to the answer's headers. */
  open: Exchange<OpenedAnswer>;
  maxResponseBytes: number;
  wakeUp: WakeUp;
  breaker: CircuitBreakerPolicy;
  timeoutMs: number;
  wakeBudgetMs: number;
  maxAttempts: number;
  retryDelayMs: number;
  onAttempt?: ((attempt: AttemptReport) => void) | undefined;
}

/** What accompanies a call of a route. */
export interface CallOptions extends CallContext {
  /** Values of the path's parameters. */
  params?: Readonly<Record<string, string>> | undefined;
}

/** Calls a route of the Space; see SpaceClient.call. */
export type CallRoute = <Request extends z.ZodType, Response extends z.ZodType>(
  route: Route<Request, Response>,
  body: z.input<Request> | undefined,
  options?: CallOptions,
) => Promise<z.output<Response>>;

/** Calls a route of the Space that streams; see SpaceClient.stream. */
export type StreamRoute = <Request extends z.ZodType, Response extends z.ZodType>(
  route: Route<Request, Response>,
  body: z.input<Request> | undefined,
  options?: CallOptions,
) => AsyncGenerator<z.output<Response>>;

/** State of one call between its attempts. */
interface CallInProgress {
  what: string;
  deadlineAt: number;
  signal: AbortSignal;
  previous?: AttemptFailure;
  /** When the previous attempt failed, milliseconds since the epoch: a wait for a wake counts as pause. */
  failedAt: number;
  nextPauseMs: () => number;
  /** Attempts that were sent. */
  sent: number;
}

/**
 * The layers of a call, outermost first: one deadline for everything · retry of what may succeed · wait for a Space
 * that is waking up · circuit breaker · one attempt with its own time limit.
 */
export function createResilientCall(options: ResilientCallOptions): { call: CallRoute; stream: StreamRoute } {
  const { exchange, open, wakeUp, breaker, timeoutMs, wakeBudgetMs } = options;
  const retrying = retry(
    handleWhen((error) => error instanceof AttemptFailure && error.kind !== "final"),
    // The pause is taken inside the attempt: cockatiel's own cannot be interrupted by an abort.
    { maxAttempts: options.maxAttempts - 1, backoff: new ConstantBackoff(0) },
  );

  const toName = (route: Route): string => `${route.method} ${route.path}`;
  const nameOf = (route: Route): string => `${toName(route)} of ${options.baseUrl}`;
  const toHeaders = ({ contentType }: EncodedRequest, context: CallContext, timeLeftMs: number): Record<string, string> => ({
    ...(context.requestId === undefined ? undefined : { [requestIdHeader]: context.requestId }),
    ...(contentType === undefined ? undefined : { "content-type": contentType }),
    ...(Number.isFinite(timeLeftMs) ? { [timeoutHeader]: String(Math.max(1, Math.floor(timeLeftMs))) } : undefined),
  });

  const callRoute: CallRoute = async (route, body, context = {}) => {
    const what = nameOf(route);
    const request = encodeRequest(route, body, context.params);
    return await insist(route, context, async (signal, deadlineAt) => {
      const limitMs = Math.min(timeoutMs, deadlineAt - Date.now());
      const headers = toHeaders(request, context, limitMs);
      const answer = await withinAttempt({ limitMs, timeoutMs, signal, what }, (inner) =>
        exchange(route.method, request.path, { body: request.body, headers, signal: inner }),
      );
      const result = parseAnswer(route, answer, what);
      wakeUp.markAwake();
      return result;
    });
  };

  const streamRoute: StreamRoute = async function* (route, body, context = {}) {
    const what = nameOf(route);
    const request = encodeRequest(route, body, context.params);
    const { deadlineAt = Infinity, signal } = context;
    // Outlives the attempt that opens it, and ends with the reading.
    let connection = new AbortController();
    try {
      const opened = await insist(route, context, async (attemptSignal, attemptDeadlineAt) => {
        const limitMs = Math.min(timeoutMs, attemptDeadlineAt - Date.now());
        connection = new AbortController();
        const { signal: connectionSignal } = connection;
        return await withinAttempt({ limitMs, timeoutMs, signal: attemptSignal, what }, async (inner) => {
          const abort = (): void => connection.abort(inner.reason);
          inner.addEventListener("abort", abort, { once: true });
          const headers = {
            ...toHeaders(request, context, deadlineAt - Date.now()),
            accept: "application/x-ndjson, application/json;q=0.5",
          };
          const answer = await open(route.method, request.path, { body: request.body, headers, signal: connectionSignal });
          if (!isStream(answer)) {
            parseAnswer(route, await readAnswer(answer, { maxResponseBytes: options.maxResponseBytes, signal: inner }), what);
            throw new AttemptFailure("final", new CodedError("internal", `${what} answered a value and no stream.`));
          }
          inner.removeEventListener("abort", abort);
          wakeUp.markAwake();
          return answer;
        });
      });
      yield* readStream(route, opened, { what, deadlineAt, idleMs: timeoutMs, signal, maxValueLength: options.maxResponseBytes });
    } finally {
      connection.abort();
    }
  };

  /** Runs attempts until one succeeds, or no further one would help. */
  async function insist<T>(route: Route, context: CallContext, send: (signal: AbortSignal, deadlineAt: number) => Promise<T>): Promise<T> {
    const what = nameOf(route);
    const deadlineAt = Math.min(context.deadlineAt ?? Infinity, Date.now() + wakeBudgetMs + timeoutMs);
    try {
      return await withinDeadline({ deadlineAt, signal: context.signal, what }, async (signal) => {
        const progress: CallInProgress = {
          what,
          deadlineAt,
          signal,
          failedAt: 0,
          nextPauseMs: createPauses(options.retryDelayMs),
          sent: 0,
        };
        const sendOnce = async (inner: AbortSignal): Promise<T> => {
          progress.sent += 1;
          const attempted = { route: toName(route), number: progress.sent, context };
          return await reportAttempt(options.onAttempt, attempted, async () => await send(inner, deadlineAt));
        };
        return await retrying.execute(() => attempt(progress, sendOnce), signal);
      });
    } catch (error) {
      throw error instanceof AttemptFailure ? withState(error.error, wakeUp) : error;
    }
  }

  async function attempt<T>(call: CallInProgress, send: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal, deadlineAt, previous } = call;
    signal.throwIfAborted();
    await wakeUp.wait({ deadlineAt, signal });
    if (previous !== undefined) await pauseAfter(previous, call);
    try {
      return await breaker.execute((inner) => send(inner.signal), signal);
    } catch (error) {
      if (isBrokenCircuitError(error)) throw new AttemptFailure("final", previous?.error ?? circuitOpen(call.what));
      if (error instanceof AttemptFailure) {
        call.previous = error;
        call.failedAt = Date.now();
        if (error.kind === "asleep") wakeUp.start(error.error.message);
      }
      throw error;
    }
  }

  async function pauseAfter(previous: AttemptFailure, call: CallInProgress): Promise<void> {
    const { retryAfterMs = 0, code } = previous.error;
    const resumeAt = call.failedAt + Math.max(call.nextPauseMs(), retryAfterMs);
    if (resumeAt < call.deadlineAt) return await sleep(resumeAt - Date.now(), { signal: call.signal });
    // Nobody waits any more; the next caller finds it awake.
    if (code === "model_unavailable") wakeUp.start(previous.error.message);
    throw new AttemptFailure("final", previous.error);
  }

  return { call: callRoute, stream: streamRoute };
}

/** Whether the answer is what a stream begins with; everything else is read as the answer of a call, which it is not. */
function isStream({ response }: OpenedAnswer): boolean {
  return response.ok && /^application\/x-ndjson/i.test(response.headers.get("content-type") ?? "");
}

/** What counts against the Space in the circuit breaker: it is awake and fails. A full queue is not a failure. */
export function isBrokenSpace(error: unknown): boolean {
  return error instanceof AttemptFailure && error.kind === "transient" && error.error.code !== "overloaded";
}

async function withinAttempt<T>(
  { limitMs, timeoutMs, signal, what }: { limitMs: number; timeoutMs: number; signal: AbortSignal; what: string },
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  // The caller's own deadline is the shorter one: it ends everything by itself and says nothing about the Space.
  if (limitMs < timeoutMs) return await run(signal);
  try {
    return await withinDeadline({ deadlineAt: Date.now() + limitMs, signal, what }, run);
  } catch (error) {
    const isTimeout = CodedError.isInstance(error) && error.code === "deadline_exceeded" && !signal.aborted;
    throw isTimeout ? new AttemptFailure("transient", error) : error;
  }
}

/** Exponential with decorrelated jitter. @source https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
function createPauses(retryDelayMs: number): () => number {
  let backoff = new ExponentialBackoff({ initialDelay: retryDelayMs, maxDelay: 10_000 }).next();
  return () => {
    const { duration } = backoff;
    backoff = backoff.next(undefined);
    return duration;
  };
}

function circuitOpen(what: string): CodedError {
  return new CodedError(
    "model_unavailable",
    `${what} was not tried: the Space failed several times in a row and is left alone for a moment.`,
    { details: { circuit: "open" } },
  );
}

/** Tells a caller of an unavailable Space what is being done about it, and when to come back. */
function withState(error: CodedError, wakeUp: WakeUp): CodedError {
  if (error.code !== "model_unavailable") return error;
  const { state, estimateMs } = wakeUp.report();
  const retryAfterMs = error.retryAfterMs ?? (estimateMs === undefined ? undefined : Math.ceil(estimateMs));
  const timing = retryAfterMs === undefined ? {} : { retryAfterMs };
  return new CodedError(error.code, error.message, {
    cause: error.cause,
    details: { ...error.details, state, ...timing },
    ...timing,
    ...(error.remote === undefined ? {} : { remote: error.remote }),
  });
}
