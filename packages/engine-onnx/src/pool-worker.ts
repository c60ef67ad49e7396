import { Worker } from "node:worker_threads";
import { CodedError } from "@repo/contracts/coded-error";
import { BatchNotStarted } from "@repo/engine/batch-queue";
import type { WorkerStats } from "@repo/engine/engine";
import { closeGate, createGateMemory } from "./native-gate.ts";
import { createPendingRuns, type WorkerRunResult } from "./pending-runs.ts";
import { silenceTelemetry } from "./silence-telemetry.ts";
import type { OpenModel, RunInputs, WorkerReply, WorkerRequest, WorkerStartData } from "./worker-protocol.ts";

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

const firstBackoffMs = 100;
const longestBackoffMs = 10_000;
/** A batch takes a fraction of a second, loading a large model a few seconds. */
const stopPatienceMs = 10_000;
const haltPatienceMs = 2000;

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
  let thread: Worker | undefined;
  let state: WorkerStats["state"] = "starting";
  let runs = 0;
  let restarts = 0;
  let gate = createGateMemory();
  let restartTimer: NodeJS.Timeout | undefined;

  function post(target: Worker, message: WorkerRequest): void {
    target.postMessage(message, []);
  }

  /** One thread from its start to its end. A thread that was given up is `thread` no more, and is not listened to. */
  function open(): Promise<OpenedWorker> {
    const { promise, resolve, reject } = Promise.withResolvers<OpenedWorker>();
    // No inherited flags: a worker of a test runner or a watcher is none of theirs.
    gate = createGateMemory();
    silenceTelemetry();
    const created = new Worker(options.entry, {
      execArgv: [],
      resourceLimits,
      name: `inference-${options.id}`,
      workerData: { gate } satisfies WorkerStartData,
    });
    thread = created;
    const onEnd = (error: unknown) => {
      if (thread !== created) return;
      thread = undefined;
      reject(error);
      if (state === "busy" || state === "idle") lose("The inference worker ended unexpectedly.", error);
    };
    created.on("error", onEnd);
    created.on("exit", (code) => onEnd(new Error(`The inference worker ended with code ${code}.`)));
    created.on("message", (reply: WorkerReply) => {
      if (thread !== created) return;
      if (reply.kind === "opened") {
        state = "idle";
        created.unref(); // An idle worker does not keep the process alive; a busy one does.
        resolve({ loadMs: reply.loadMs, isCached: reply.isCached });
      } else finish(created, reply);
    });
    post(created, { kind: "open", model: options.model, isFirst: options.isFirst });
    return promise;
  }

  function finish(from: Worker, reply: Exclude<WorkerReply, { kind: "opened" }>): void {
    const run = pending.take(reply.id);
    if (run === undefined) return;
    if (pending.size === 0) {
      state = "idle";
      from.unref();
    }
    runs += 1;
    if (reply.kind === "done") run.resolve({ outputs: reply.outputs, durationMs: reply.durationMs });
    else run.reject(new Error(reply.message));
  }

  /** The batch that ran is to blame, those behind it are not. */
  function lose(message: string, cause?: unknown): void {
    const lost = thread;
    thread = undefined;
    state = "restarting";
    options.onAvailable(false);
    const [head, ...others] = pending.takeAll();
    head?.reject(new WorkerLost(message, { cause }));
    for (const run of others) run.reject(new BatchNotStarted(message, { cause }));
    if (lost !== undefined) void dismiss(lost);
    restart(firstBackoffMs, 0);
  }

  /**
   * Asks a thread to end when it can. Never terminate(): when the native code of a terminated thread returns, it throws
   * into a runtime that is gone, and that aborts the whole process (seen with onnxruntime-node 1.30).
   */
  function dismiss(target: Worker): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    target.once("exit", () => resolve());
    post(target, { kind: "close" });
    target.unref();
    return promise;
  }

  function restart(backoffMs: number, delayMs: number): void {
    restartTimer = setTimeout(() => {
      restarts += 1;
      open().then(
        () => options.onAvailable(true),
        (error: unknown) => {
          if (state === "stopped") return;
          options.onRestartFailed(error);
          restart(Math.min(longestBackoffMs, backoffMs * 2), backoffMs);
        },
      );
    }, delayMs);
  }

  return {
    start: open,
    run(inputs, boundMs) {
      if (state === "stopped") return Promise.reject(stopped());
      const target = thread;
      if (target === undefined || state === "restarting") return Promise.reject(new BatchNotStarted("The worker is not available."));
      if (pending.size === 0) {
        state = "busy";
        target.ref();
      }
      const { id, promise } = pending.add(boundMs);
      post(target, { kind: "run", id, feeds: inputs.feeds, fetches: inputs.fetches });
      return promise;
    },
    watch() {
      if (pending.isHeadStuck()) lose("The inference worker was stuck.");
    },
    stats: () => ({ id: options.id, state, runs, restarts }),
    async stop() {
      state = "stopped";
      clearTimeout(restartTimer);
      const last = thread;
      thread = undefined;
      for (const run of pending.takeAll()) run.reject(stopped());
      if (last === undefined) return;
      // Referenced while it is waited for, so that the process does not end in between; a stuck one is left behind.
      const patience = Promise.withResolvers<void>();
      const timer = setTimeout(patience.resolve, stopPatienceMs);
      await Promise.race([dismiss(last), patience.promise]);
      clearTimeout(timer);
    },
    halt: () => closeGate(gate, haltPatienceMs),
  };
}
