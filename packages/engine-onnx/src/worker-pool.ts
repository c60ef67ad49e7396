import { CodedError } from "@repo/contracts/coded-error";
import type { WorkerStats } from "@repo/engine/engine";
import type { WorkerRunResult } from "./pending-runs.ts";
import { createPoolWorker, type OpenedWorker, type PoolWorker } from "./pool-worker.ts";
import type { OpenModel, RunInputs } from "./worker-protocol.ts";

/** Options of {@link createWorkerPool}. */
export interface WorkerPoolOptions {
  workers: number;
  model: OpenModel;
  /** Module that runs in the worker threads; default the file beside this one, or beside the bundle this is part of. */
  entry?: URL | undefined;
  /** How often stuck workers are looked for, default 1,000 ms; one is found at the second look after its bound. */
  watchIntervalMs?: number | undefined;
  /** A worker went down, or is back. */
  onAvailable(worker: number, isAvailable: boolean): void;
  /** No worker is left and a new one could not be started (it is tried again). */
  onAllDown(error: CodedError): void;
}

/** Inference workers, each with a session of its own. */
export interface WorkerPool {
  /** How each worker got its model. */
  readonly opened: readonly OpenedWorker[];
  run(worker: number, inputs: RunInputs, boundMs: number): Promise<WorkerRunResult>;
  stats(): WorkerStats[];
  close(): Promise<void>;
}

/** The worker's module as source, or as the bundler names it beside main.js. */
function defaultEntry(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "./inference-worker.ts" : "./inference-worker.js", import.meta.url);
}

/**
 * Starts the workers; resolves when each has loaded the model and answered a probe.
 * @throws CodedError model_unavailable when one could not; the others are stopped then.
 */
export async function createWorkerPool(options: WorkerPoolOptions): Promise<WorkerPool> {
  const entry = options.entry ?? defaultEntry();
  const workers: PoolWorker[] = [];
  const haltAll = () => {
    for (const worker of workers) worker.halt();
  };
  process.once("exit", haltAll);
  const stopAll = async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    process.removeListener("exit", haltAll);
  };
  for (let id = 0; id < options.workers; id += 1) {
    workers.push(
      createPoolWorker({
        id,
        entry,
        model: options.model,
        isFirst: id === 0,
        onAvailable: (isAvailable) => options.onAvailable(id, isAvailable),
        onRestartFailed: (error) => {
          const isAnyUp = workers.some((worker) => ["idle", "busy"].includes(worker.stats().state));
          if (!isAnyUp) options.onAllDown(unavailable(error));
        },
      }),
    );
  }
  const [first, ...others] = workers as [PoolWorker, ...PoolWorker[]];
  try {
    // The first one may write the optimised model that the others then share.
    const opened = [await first.start()];
    opened.push(...(await Promise.all(others.map((worker) => worker.start()))));
    const watchdog = setInterval(() => {
      for (const worker of workers) worker.watch();
    }, options.watchIntervalMs ?? 1000);
    watchdog.unref();
    return {
      opened,
      run: (worker, inputs, boundMs) => (workers[worker] as PoolWorker).run(inputs, boundMs),
      stats: () => workers.map((worker) => worker.stats()),
      async close() {
        clearInterval(watchdog);
        await stopAll();
      },
    };
  } catch (error) {
    await stopAll();
    throw unavailable(error);
  }
}

function unavailable(cause: unknown): CodedError {
  return new CodedError("model_unavailable", "The model could not be loaded.", { cause });
}
