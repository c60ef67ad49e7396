import { CodedError } from "@repo/contracts/coded-error";
import type { WorkerStats } from "@repo/engine/engine";
import { createKeptThread } from "../kept-thread.ts";
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

/** The worker's module as source, or as the bundler names it beside main.js. */
function defaultEntry(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "./language-model-worker.ts" : "./language-model-worker.js", import.meta.url);
}

/** Starts nothing yet; see {@link LanguageModelThread.start}. */
export function createLanguageModelThread(options: LanguageModelThreadOptions): LanguageModelThread {
  const { watchdogMs = 20_000 } = options;
  let runs = 0;

  const thread = createKeptThread<LanguageModelRequest, LanguageModelReply, OpenedReply>({
    entry: options.entry ?? defaultEntry(),
    name: "language-model",
    open: { kind: "open", model: options.model },
    close: { kind: "close" },
    toOpened: (reply) => {
      watch.hear();
      return reply.kind === "opened" ? reply : undefined;
    },
    onReply: (reply) => {
      if (reply.kind !== "step") return;
      runs += 1;
      options.onStep(reply.events, reply.stats);
      if (!options.isBusy()) thread.keepAlive(false);
    },
    onLost: options.onLost,
    onBack: options.onBack,
    onDown: (error) => options.onDown(toUnavailable(error)),
  });

  const watch = watchForSilence(
    watchdogMs,
    () => thread.state() === "open" && options.isBusy(),
    () => thread.lose("The language model's thread said nothing."),
  );
  process.once("exit", thread.halt);

  function toState(): WorkerStats["state"] {
    const state = thread.state();
    return state === "open" ? (options.isBusy() ? "busy" : "idle") : state;
  }

  return {
    async start() {
      try {
        return await thread.start();
      } catch (error) {
        watch.stop();
        process.removeListener("exit", thread.halt);
        throw toUnavailable(error);
      }
    },
    post(request) {
      if (thread.state() !== "open") return false;
      if (!options.isBusy()) watch.hear();
      if (request.kind === "generate") thread.keepAlive(true);
      else if (!options.isBusy()) thread.keepAlive(false);
      return thread.post(request);
    },
    stats: () => ({ id: 0, state: toState(), runs, restarts: thread.restarts() }),
    async stop() {
      watch.stop();
      await thread.stop();
      process.removeListener("exit", thread.halt);
    },
  };
}

/** Errors lose their class on the way between threads; their code is told by its properties. */
function toUnavailable(thrown: unknown): CodedError {
  const { code, message } = thrown as { code?: unknown; message?: unknown };
  const isTold = code === "model_unavailable" && typeof message === "string";
  return new CodedError("model_unavailable", isTold ? message : "The language model could not be loaded.", { cause: thrown });
}
