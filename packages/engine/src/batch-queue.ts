import { CodedError } from "@repo/contracts/coded-error";
import { createBatchPicker, type PickedBatch, type QueuedItem } from "./batch-picker.ts";
import { createBatchTally } from "./batch-tally.ts";
import type { EngineItem, QueueStats, RunOptions, RunResult } from "./engine.ts";
import { createLanes } from "./lanes.ts";
import { assertStillWanted, createQueuedRequest, type QueuedRequest } from "./queued-request.ts";

/** What a batch is, for whoever runs it. */
export interface BatchShape {
  /** Tokens without padding. */
  tokens: number;
  /** Tokens of the longest item. */
  width: number;
}

/** Options of {@link createBatchQueue}. */
export interface BatchQueueOptions<Input, Output> {
  /** Workers that compute side by side. */
  lanes: number;
  /**
   * Computes one batch on a lane: one output per input, in order, and the milliseconds the computation took.
   * When it rejects, every item is tried once more by itself, so that one poisonous item fails only its own request;
   * reject with {@link BatchNotStarted} when the items are not to blame.
   */
  runBatch(lane: number, inputs: readonly Input[], shape: BatchShape): Promise<{ outputs: Output[]; durationMs: number }>;
  /** Batches per lane in flight, default 2: while plenty waits a worker finds its next batch already there. */
  batchesPerLane?: number;
  /** Rows times longest row of a batch, default 256: more buys nothing on a CPU (throughput is flat from there). */
  maxBatchTokens?: number;
  /** Largest share of padding in a batch, default 0.1. */
  maxWaste?: number;
  /** Longest item; longer ones are refused with input_too_long. Default 512, which bounds the runtime's memory. */
  maxItemTokens?: number;
  /** Tokens that may wait, default 262,144 (2,048 inputs of 128 tokens). */
  maxQueuedTokens?: number;
  /** Guess for one lane until a batch was measured, default 2,000. */
  initialTokensPerSecond?: number;
}

/** See {@link createBatchQueue}. */
export interface BatchQueue<Input, Output> {
  /** @throws CodedError input_too_long, overloaded (with retryAfterMs), cancelled, deadline_exceeded, inference_failed, model_unavailable */
  run(items: readonly EngineItem<Input>[], options?: RunOptions): Promise<RunResult<Output>>;
  stats(): QueueStats;
  /** Milliseconds a batch of `tokens` is expected to take on its lane. */
  expectedMs(tokens: number): number;
  /** A lane that is not available gets no batches; work waits for it. All lanes start available. */
  setLaneAvailable(lane: number, isAvailable: boolean): void;
  /** Rejects all that waits, e.g. when no worker can be started. */
  rejectQueued(error: CodedError): void;
  /** Refuses new work at once; resolves when the accepted work is answered and nothing runs any more. */
  close(): Promise<void>;
}

/** The batch was lost before its computation began (its worker died on another one): replayed without blame. */
export class BatchNotStarted extends Error {
  override readonly name = "BatchNotStarted";
}

/** Longest Retry-After: beyond a minute the estimate says more about the past than about the queue. */
const maxRetryAfterMs = 60_000;
const minRetryAfterMs = 50;

/**
 * A work-conserving batch queue, fair between requests and bounded in tokens; batch-queue.md says why it is built so.
 *
 * A request larger than maxQueuedTokens is accepted while no more than one batch per lane waits: refusing it always
 * would make it impossible, and then it delays nobody who was here before.
 */
export function createBatchQueue<Input, Output>(options: BatchQueueOptions<Input, Output>): BatchQueue<Input, Output> {
  type QueueRequest = QueuedRequest<Input, Output>;
  const { maxBatchTokens = 256, maxWaste = 0.1, maxItemTokens = 512, maxQueuedTokens = 262_144, batchesPerLane = 2 } = options;
  const picker = createBatchPicker<Input>({ maxBatchTokens, maxWaste });
  const lanes = createLanes(options.lanes);
  const tally = createBatchTally(lanes.count, options.initialTokensPerSecond ?? 2000);
  const open = new Set<QueueRequest>();
  const whenIdle: (() => void)[] = [];
  let isClosed = false;
  let sequence = 0;
  // Tokens every open request should have received by now were the service divided evenly (virtual time of fair queueing).
  let virtualTime = 0;

  function settle(request: QueueRequest): void {
    request.isSettled = true;
    request.release();
    open.delete(request);
    announceIdle();
  }

  /** Idle is more than having answered: a batch whose callers all left still occupies its worker. */
  function announceIdle(): void {
    if (isClosed && open.size === 0 && lanes.running === 0) for (const resolve of whenIdle.splice(0)) resolve();
  }

  function fail(request: QueueRequest, error: unknown): void {
    if (request.isSettled) return;
    picker.remove(request);
    settle(request);
    request.reject(error);
  }

  function dispatch(): void {
    while (picker.items > 0) {
      // A busy lane gets a second batch only while every lane would still find a full one.
      const hasPlenty = picker.tokens > maxBatchTokens * lanes.count;
      const lane = lanes.pick(hasPlenty ? batchesPerLane : 1);
      const batch = lane === -1 ? undefined : picker.take();
      if (batch === undefined) return;
      void compute(lane, batch);
    }
  }

  async function compute(lane: number, batch: PickedBatch<Input>): Promise<void> {
    const startedAt = performance.now();
    for (const item of batch.items) (item.request as QueueRequest).startedAt ??= startedAt;
    lanes.begin(lane);
    tally.begin(batch);
    try {
      const inputs = batch.items.map((item) => item.input);
      const result = await options.runBatch(lane, inputs, { tokens: batch.tokens, width: batch.width });
      if (result.outputs.length !== inputs.length) throw new Error("The batch came back with the wrong number of outputs.");
      complete(batch, result.outputs, result.durationMs);
    } catch (error) {
      retry(batch, error);
    } finally {
      lanes.end(lane);
      tally.end(batch);
      dispatch();
      announceIdle();
    }
  }

  function complete(batch: PickedBatch<Input>, outputs: readonly Output[], durationMs: number): void {
    tally.complete(batch, durationMs);
    virtualTime += batch.tokens / Math.max(1, open.size);
    const seen = new Set<QueueRequest>();
    for (const [position, item] of batch.items.entries()) {
      const request = item.request as QueueRequest;
      if (request.isSettled) continue;
      if (!seen.has(request)) request.inferenceMs += durationMs;
      seen.add(request);
      request.outputs[item.index] = outputs[position] as Output;
      request.unanswered -= 1;
      if (request.unanswered > 0) continue;
      settle(request);
      answer(request);
    }
  }

  function retry(batch: PickedBatch<Input>, error: unknown): void {
    const isBlamed = !(error instanceof BatchNotStarted);
    for (const item of batch.items) {
      const request = item.request as QueueRequest;
      if (request.isSettled) continue;
      if (isBlamed) item.failures += 1;
      if (item.failures < 2) picker.replay(item as QueuedItem<Input>, isBlamed);
      else fail(request, toInferenceError(error));
    }
  }

  function admission(total: number): CodedError | undefined {
    if (isClosed) return new CodedError("model_unavailable", "The model is stopping.");
    const room = total > maxQueuedTokens ? maxBatchTokens * lanes.count : maxQueuedTokens - total;
    if (picker.tokens <= room) return undefined;
    return toOverloaded(((picker.tokens - room) * tally.msPerToken) / lanes.count);
  }

  return {
    async run(items, runOptions = {}) {
      if (items.length === 0) return { outputs: [], queueMs: 0, inferenceMs: 0 };
      const total = countTokens(items, maxItemTokens);
      assertStillWanted(runOptions);
      const refusal = admission(total);
      if (refusal !== undefined) throw refusal;
      sequence += 1;
      const place = { virtualTokens: virtualTime, sequence, isShort: total <= maxBatchTokens };
      const request = createQueuedRequest<Input, Output>(items, { ...runOptions, ...place, onLeave: fail });
      open.add(request);
      picker.add(request);
      dispatch();
      return request.promise;
    },
    stats: () => ({ requests: picker.requests, items: picker.items, tokens: picker.tokens, ...tally.stats() }),
    expectedMs: (tokens) => tokens * tally.msPerToken,
    setLaneAvailable(lane, isAvailable) {
      lanes.setAvailable(lane, isAvailable);
      if (isAvailable) dispatch();
    },
    rejectQueued(error) {
      for (const request of open) fail(request, error);
    },
    close() {
      isClosed = true;
      const { promise, resolve } = Promise.withResolvers<void>();
      whenIdle.push(resolve);
      announceIdle();
      return promise;
    },
  };
}

function answer<Input, Output>({
  resolve,
  outputs,
  submittedAt,
  startedAt = submittedAt,
  inferenceMs,
}: QueuedRequest<Input, Output>): void {
  resolve({ outputs, queueMs: startedAt - submittedAt, inferenceMs });
}

function toInferenceError(error: unknown): CodedError {
  if (CodedError.isInstance(error)) return error;
  return new CodedError("inference_failed", "The model failed on this input.", { cause: error });
}

function toOverloaded(waitMs: number): CodedError {
  const retryAfterMs = Math.ceil(Math.min(maxRetryAfterMs, Math.max(minRetryAfterMs, waitMs)));
  return new CodedError("overloaded", "Too much work is waiting; try again later.", { retryAfterMs });
}

/** Sum of the items' tokens. @throws CodedError invalid_request, input_too_long */
function countTokens(items: readonly EngineItem<unknown>[], maxItemTokens: number): number {
  let total = 0;
  for (const [index, { tokens }] of items.entries()) {
    if (!Number.isInteger(tokens) || tokens < 1)
      throw new CodedError("invalid_request", `Item ${index} has no tokens.`, { details: { index } });
    if (tokens > maxItemTokens) {
      throw new CodedError("input_too_long", `Input ${index} has ${tokens} tokens; the model reads ${maxItemTokens}.`, {
        details: { index, tokens, maxTokens: maxItemTokens },
      });
    }
    total += tokens;
  }
  return total;
}
