import { CodedError } from "@repo/contracts/coded-error";
import { type BatchQueueOptions, type BatchShape, createBatchQueue } from "@repo/engine/batch-queue";
import type { Engine } from "@repo/engine/engine";
import { countCores } from "./cpu.ts";
import type { OpenedWorker } from "./pool-worker.ts";
import { createWorkerPool } from "./worker-pool.ts";
import type { OpenModel, RunInputs, TensorData } from "./worker-protocol.ts";

/** What every engine on worker threads can be told. */
export interface WorkerOptions {
  /** Worker threads, default one per core of the container's quota. */
  workers?: number | undefined;
  /** Module of the worker threads, when it is not where the pool looks for it. */
  workerEntry?: URL | undefined;
  /** No worker counts as stuck before this, however short its batch is; default 10,000 ms. */
  watchdogFloorMs?: number | undefined;
}

/** Options of {@link createPooledEngine}. */
export interface PooledEngineOptions<Input, Output> extends WorkerOptions {
  model: OpenModel;
  queue: Omit<BatchQueueOptions<Input, Output>, "lanes" | "runBatch">;
  /** What goes to a worker for a batch, and how many tokens that is with padding. */
  toBatch(inputs: readonly Input[], shape: BatchShape): { batch: RunInputs; paddedTokens: number };
  /** One output per input. */
  toOutputs(outputs: Record<string, TensorData>, inputs: readonly Input[], shape: BatchShape): Output[];
}

/** An engine whose model runs in worker threads. */
export interface PooledEngine<Input, Output> extends Engine<Input, Output> {
  /** How each worker got its model. */
  readonly opened: readonly OpenedWorker[];
}

/** A batch this many times slower than measured is stuck: neighbours on a shared host slow a core down tenfold at worst. */
const stuckFactor = 20;

/**
 * Loads a model into worker threads and batches across callers.
 * @throws CodedError model_unavailable when the model cannot be loaded.
 */
export async function createPooledEngine<Input, Output>(options: PooledEngineOptions<Input, Output>): Promise<PooledEngine<Input, Output>> {
  const lanes = options.workers ?? countCores();
  const watchdogFloorMs = options.watchdogFloorMs ?? 10_000;
  let downReason: CodedError | undefined;

  const queue = createBatchQueue<Input, Output>({
    ...options.queue,
    lanes,
    async runBatch(lane, inputs, shape) {
      const { batch, paddedTokens } = options.toBatch(inputs, shape);
      const boundMs = Math.max(watchdogFloorMs, stuckFactor * queue.expectedMs(paddedTokens));
      const { outputs, durationMs } = await pool.run(lane, batch, boundMs);
      return { outputs: options.toOutputs(outputs, inputs, shape), durationMs };
    },
  });

  const pool = await createWorkerPool({
    workers: lanes,
    model: options.model,
    entry: options.workerEntry,
    watchIntervalMs: Math.min(1000, watchdogFloorMs / 4),
    onAvailable(worker, isAvailable) {
      if (isAvailable) downReason = undefined;
      queue.setLaneAvailable(worker, isAvailable);
    },
    onAllDown(error) {
      downReason = error;
      queue.rejectQueued(error);
    },
  });

  return {
    opened: pool.opened,
    async run(items, runOptions) {
      if (downReason !== undefined) throw downReason;
      return queue.run(items, runOptions);
    },
    async probe() {
      try {
        await Promise.all(Array.from({ length: lanes }, (_, worker) => pool.run(worker, options.model.probe, watchdogFloorMs)));
      } catch (error) {
        throw new CodedError("model_unavailable", "An inference worker does not answer.", { cause: error });
      }
    },
    queueStats: queue.stats,
    workerStats: pool.stats,
    async close() {
      await queue.close();
      await pool.close();
    },
  };
}
