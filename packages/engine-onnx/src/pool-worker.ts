import { CodedError } from "@repo/contracts/coded-error";
import { BatchNotStarted } from "@repo/engine/batch-queue";
import type { WorkerStats } from "@repo/engine/engine";
import { createKeptThread } from "./kept-thread.ts";
import { createPendingRuns, type WorkerRunResult } from "./pending-runs.ts";
import type { OpenModel, RunInputs, WorkerReply, WorkerRequest } from "./worker-protocol.ts";

/** How the model was opened. */
export interface OpenedWorker {
  loadMs: number;
  /** Whether it came from the cache of optimised models. */
  isCached: boolean;
}

/** Options of {@link createPoolWorker}. */
export interface PoolWorkerOptions {
  id: number;
  entry: URL;
  model: OpenModel;
  /** The first worker looks after the cache. */
  isFirst: boolean;
  /** Called when the worker goes down and when it is back. */
  onAvailable(isAvailable: boolean): void;
  /** Called when it could not be brought back; it is tried again until stopped. */
  onRestartFailed(error: unknown): void;
}

/** One worker thread that is kept alive. */
export interface PoolWorker {
  /** Resolves when the model is loaded and answered a probe; rejects when it could not. Called once. */
  start(): Promise<OpenedWorker>;
  /**
   * Runs in the order of the calls.
   * @param boundMs after so long the worker counts as stuck and is replaced.
   */
  run(inputs: RunInputs, boundMs: number): Promise<WorkerRunResult>;
  /** Replaces the worker when what it runs is over its bound. To be called every second or so. */
  watch(): void;
  stats(): WorkerStats;
  /** Lets the thread end after what it was sent. */
  stop(): Promise<void>;
  /** Blocks until the thread is outside native code and keeps it there; for a process that ends without stop. */
  halt(): void;
}

/** The worker died or was stuck while it ran this batch. */
class WorkerLost extends Error {
  override readonly name = "WorkerLost";
}

function stopped(): CodedError {
  return new CodedError("model_unavailable", "The model is stopping.");
}

/**
 * An inference thread keeps next to nothing in its heap between batches; node's default would give it 48 MB of young
 * generation to fill before it collects.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 4 };

/** Starts nothing yet; see {@link PoolWorker.start}. */
export function createPoolWorker(options: PoolWorkerOptions): PoolWorker {
  const pending = createPendingRuns();
  let runs = 0;

  const thread = createKeptThread<WorkerRequest, WorkerReply, OpenedWorker>({
    entry: options.entry,
    name: `inference-${options.id}`,
    resourceLimits,
    open: { kind: "open", model: options.model, isFirst: options.isFirst },
    close: { kind: "close" },
    toOpened: (reply) => (reply.kind === "opened" ? { loadMs: reply.loadMs, isCached: reply.isCached } : undefined),
    onReply: (reply) => {
      if (reply.kind !== "opened") finish(reply);
    },
    onLost: (reason, cause) => {
      options.onAvailable(false);
      // The batch that ran is to blame, those behind it are not.
      const [head, ...others] = pending.takeAll();
      head?.reject(new WorkerLost(reason, { cause }));
      for (const run of others) run.reject(new BatchNotStarted(reason, { cause }));
    },
    onBack: () => options.onAvailable(true),
    onDown: options.onRestartFailed,
  });

  function finish(reply: Exclude<WorkerReply, { kind: "opened" }>): void {
    const run = pending.take(reply.id);
    if (run === undefined) return;
    if (pending.size === 0) thread.keepAlive(false);
    runs += 1;
    if (reply.kind === "done") run.resolve({ outputs: reply.outputs, durationMs: reply.durationMs });
    else run.reject(new Error(reply.message));
  }

  function toState(): WorkerStats["state"] {
    const state = thread.state();
    return state === "open" ? (pending.size > 0 ? "busy" : "idle") : state;
  }

  return {
    start: thread.start,
    run(inputs, boundMs) {
      const state = thread.state();
      if (state === "stopped") return Promise.reject(stopped());
      if (state !== "open") return Promise.reject(new BatchNotStarted("The worker is not available."));
      if (pending.size === 0) thread.keepAlive(true);
      const { id, promise } = pending.add(boundMs);
      thread.post({ kind: "run", id, feeds: inputs.feeds, fetches: inputs.fetches });
      return promise;
    },
    watch() {
      if (pending.isHeadStuck()) thread.lose("The inference worker was stuck.");
    },
    stats: () => ({ id: options.id, state: toState(), runs, restarts: thread.restarts() }),
    async stop() {
      const ended = thread.stop();
      for (const run of pending.takeAll()) run.reject(stopped());
      await ended;
    },
    halt: thread.halt,
  };
}
