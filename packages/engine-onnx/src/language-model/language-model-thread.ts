import { Worker } from "node:worker_threads";
import { CodedError } from "@repo/contracts/coded-error";
import type { WorkerStats } from "@repo/engine/engine";
import { closeGate, createGateMemory } from "../native-gate.ts";
import { silenceTelemetry } from "../silence-telemetry.ts";
import type { WorkerStartData } from "../worker-protocol.ts";
import type {
  JobEvent,
  LanguageModelReply,
  LanguageModelRequest,
  LanguageModelStats,
  OpenLanguageModel,
} from "./language-model-protocol.ts";
import { watchForSilence } from "./silence-watch.ts";

/** What the thread said when it had loaded its model. */
export type OpenedReply = Extract<LanguageModelReply, { kind: "opened" }>;

/** Options of {@link createLanguageModelThread}. */
export interface LanguageModelThreadOptions {
  model: OpenLanguageModel;
  entry?: URL | undefined;
  /** A thread with work that says nothing for so long is stuck; default 20,000 ms. */
  watchdogMs?: number | undefined;
  /** Whether the thread has work. */
  isBusy(): boolean;
  onStep(events: readonly JobEvent[], stats: LanguageModelStats): void;
  /** The thread was lost, with all it knew; another one is being started. */
  onLost(): void;
  /** The other one is there. */
  onBack(): void;
  /** It could not be started; it is tried again. */
  onDown(error: CodedError): void;
}

/** The thread of a language model, kept alive. */
export interface LanguageModelThread {
  /** Resolves when the model is loaded. Called once. @throws what kept it from loading */
  start(): Promise<OpenedReply>;
  /** False while there is no thread to hear it. */
  post(request: LanguageModelRequest): boolean;
  stats(): WorkerStats;
  stop(): Promise<void>;
}

const firstBackoffMs = 100;
const longestBackoffMs = 10_000;
const stopPatienceMs = 10_000;
const haltPatienceMs = 2000;

/** The worker's module as source, or as the bundler names it beside main.js. */
function defaultEntry(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "./language-model-worker.ts" : "./language-model-worker.js", import.meta.url);
}

/** Starts nothing yet; see {@link LanguageModelThread.start}. The way of pool-worker.ts, for a thread that reports by itself. */
export function createLanguageModelThread(options: LanguageModelThreadOptions): LanguageModelThread {
  const { watchdogMs = 20_000 } = options;
  let thread: Worker | undefined;
  let state: WorkerStats["state"] = "starting";
  let gate = createGateMemory();
  let runs = 0;
  let restarts = 0;
  let restartTimer: NodeJS.Timeout | undefined;

  /** One thread from its start to its end. A thread that was given up is `thread` no more, and is not listened to. */
  function open(): Promise<OpenedReply> {
    const { promise, resolve, reject } = Promise.withResolvers<OpenedReply>();
    gate = createGateMemory();
    silenceTelemetry();
    const created = new Worker(options.entry ?? defaultEntry(), {
      execArgv: [],
      name: "language-model",
      workerData: { gate } satisfies WorkerStartData,
    });
    thread = created;
    const onEnd = (error: unknown) => {
      if (thread !== created) return;
      thread = undefined;
      reject(error);
      if (state === "idle") lose();
    };
    created.on("error", onEnd);
    created.on("exit", (code) => onEnd(new Error(`The language model's thread ended with code ${code}.`)));
    created.on("message", (reply: LanguageModelReply) => {
      if (thread !== created) return;
      watch.hear();
      if (reply.kind === "opened") {
        state = "idle";
        created.unref(); // An idle thread does not keep the process alive; a busy one does.
        resolve(reply);
      } else {
        runs += 1;
        options.onStep(reply.events, reply.stats);
        if (!options.isBusy()) created.unref();
      }
    });
    created.postMessage({ kind: "open", model: options.model } satisfies LanguageModelRequest);
    return promise;
  }

  function lose(): void {
    const lost = thread;
    thread = undefined;
    state = "restarting";
    options.onLost();
    if (lost !== undefined) void dismiss(lost);
    restart(firstBackoffMs, 0);
  }

  /** Asks it to end when it can; never terminate(), see pool-worker.ts. */
  function dismiss(target: Worker): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    target.once("exit", () => resolve());
    target.postMessage({ kind: "close" } satisfies LanguageModelRequest);
    target.unref();
    return promise;
  }

  function restart(backoffMs: number, delayMs: number): void {
    restartTimer = setTimeout(() => {
      restarts += 1;
      open().then(
        () => options.onBack(),
        (error: unknown) => {
          if (state === "stopped") return;
          options.onDown(toUnavailable(error));
          restart(Math.min(longestBackoffMs, backoffMs * 2), backoffMs);
        },
      );
    }, delayMs);
  }

  const watch = watchForSilence(watchdogMs, () => state === "idle" && options.isBusy(), lose);
  const halt = () => closeGate(gate, haltPatienceMs);
  process.once("exit", halt);

  return {
    async start() {
      try {
        return await open();
      } catch (error) {
        watch.stop();
        process.removeListener("exit", halt);
        throw toUnavailable(error);
      }
    },
    post(request) {
      if (thread === undefined || state !== "idle") return false;
      if (!options.isBusy()) watch.hear();
      if (request.kind === "generate") thread.ref();
      else if (!options.isBusy()) thread.unref();
      thread.postMessage(request);
      return true;
    },
    stats: () => ({ id: 0, state: state === "idle" && options.isBusy() ? "busy" : state, runs, restarts }),
    async stop() {
      state = "stopped";
      clearTimeout(restartTimer);
      watch.stop();
      const last = thread;
      thread = undefined;
      if (last !== undefined) {
        // Referenced while it is waited for; a stuck one is left behind.
        const patience = Promise.withResolvers<void>();
        const timer = setTimeout(patience.resolve, stopPatienceMs);
        await Promise.race([dismiss(last), patience.promise]);
        clearTimeout(timer);
      }
      process.removeListener("exit", halt);
    },
  };
}

/** Errors lose their class on the way between threads; their code is told by its properties. */
function toUnavailable(thrown: unknown): CodedError {
  const { code, message } = thrown as { code?: unknown; message?: unknown };
  const isTold = code === "model_unavailable" && typeof message === "string";
  return new CodedError("model_unavailable", isTold ? message : "The language model could not be loaded.", { cause: thrown });
}
