import { CodedError } from "@repo/contracts/coded-error";
import type { PickableRequest } from "./batch-picker.ts";
import type { EngineItem, RunOptions, RunResult } from "./engine.ts";

/** A request from its submission to its answer. */
export interface QueuedRequest<Input, Output> extends PickableRequest<Input> {
  outputs: Output[];
  unanswered: number;
  isSettled: boolean;
  submittedAt: number;
  /** When its first item started; undefined while all wait. */
  startedAt: number | undefined;
  inferenceMs: number;
  promise: Promise<RunResult<Output>>;
  resolve(result: RunResult<Output>): void;
  reject(error: unknown): void;
  /** Takes down the timer and the abort listener. */
  release(): void;
}

/** What a request starts with. */
export interface QueuedRequestOptions<Input, Output> extends RunOptions {
  virtualTokens: number;
  sequence: number;
  isShort: boolean;
  /** Called when the caller leaves or its time is up. */
  onLeave(request: QueuedRequest<Input, Output>, error: CodedError): void;
}

/** Node fires timers beyond 2^31 - 1 ms at once. */
const maxTimerMs = 2 ** 31 - 1;

/** Makes a request that watches its caller's signal and deadline; nothing is queued yet. */
export function createQueuedRequest<Input, Output>(
  items: readonly EngineItem<Input>[],
  options: QueuedRequestOptions<Input, Output>,
): QueuedRequest<Input, Output> {
  const { signal, deadlineAt, onLeave } = options;
  const request: QueuedRequest<Input, Output> = {
    virtualTokens: options.virtualTokens,
    sequence: options.sequence,
    heapIndex: -1,
    items: [],
    cursor: 0,
    waitingItems: 0,
    isShort: options.isShort,
    outputs: Array.from({ length: items.length }),
    unanswered: items.length,
    isSettled: false,
    submittedAt: performance.now(),
    startedAt: undefined,
    inferenceMs: 0,
    ...Promise.withResolvers<RunResult<Output>>(),
    release() {
      signal?.removeEventListener("abort", onAbort);
      clearTimeout(timer);
    },
  };
  const onAbort = () => onLeave(request, cancelled());
  signal?.addEventListener("abort", onAbort, { once: true });
  const timer =
    deadlineAt === undefined
      ? undefined
      : setTimeout(() => onLeave(request, expired()), Math.min(maxTimerMs, Math.max(0, deadlineAt - Date.now())));
  request.items = items.map(({ input, tokens }, index) => ({
    input,
    tokens,
    index,
    request,
    state: "out",
    failures: 0,
    previous: undefined,
    next: undefined,
  }));
  if (items.length > 1) request.items.sort((a, b) => b.tokens - a.tokens);
  return request;
}

/** Throws when the caller has already left or its time is up. */
export function assertStillWanted({ signal, deadlineAt }: RunOptions): void {
  if (signal?.aborted) throw cancelled();
  if (deadlineAt !== undefined && deadlineAt <= Date.now()) throw expired();
}

function cancelled(): CodedError {
  return new CodedError("cancelled", "The caller left before the answer was ready.");
}

function expired(): CodedError {
  return new CodedError("deadline_exceeded", "The answer was not ready within the time given.");
}
