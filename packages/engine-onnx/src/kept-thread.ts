import { Worker, type ResourceLimits } from "node:worker_threads";
import { closeGate, createGateMemory } from "./native-gate.ts";
import { silenceTelemetry } from "./silence-telemetry.ts";
import type { WorkerStartData } from "./worker-protocol.ts";

/** Options of {@link createKeptThread}. */
export interface KeptThreadOptions<Request, Reply, Opened> {
  /** Module of the thread, which gets {@link WorkerStartData}. */
  entry: URL;
  /** Name of the thread, for debuggers. */
  name: string;
  resourceLimits?: ResourceLimits | undefined;
  /** First message, which loads the model. */
  open: Request;
  /** Last message, after which the thread ends. */
  close: Request;
  /** What the thread says when it has; undefined: this is another reply. */
  toOpened(reply: Reply): Opened | undefined;
  /** Any other reply of the thread that is in use. */
  onReply(reply: Reply): void;
  /** The thread ended or was given up, with all it knew; another one is being started. */
  onLost(reason: string, cause?: unknown): void;
  /** The other one is there. */
  onBack(): void;
  /** It could not be started; it is tried again until stopped. */
  onDown(error: unknown): void;
}

/** A thread that is kept alive: when it ends or is given up, another one takes its place. */
export interface KeptThread<Request, Opened> {
  /** Resolves when the model is loaded. Called once. @throws what kept it from loading; it is not tried again then */
  start(): Promise<Opened>;
  /** False while there is no thread to hear it. */
  post(request: Request): boolean;
  /** A busy thread keeps the process alive, an idle one does not. */
  keepAlive(isBusy: boolean): void;
  /** Gives the thread up and starts another one. */
  lose(reason: string, cause?: unknown): void;
  state(): "starting" | "open" | "restarting" | "stopped";
  /** Threads that were started in place of another one. */
  restarts(): number;
  /** Lets the thread end after what it was sent; one that is stuck is left behind. */
  stop(): Promise<void>;
  /** Blocks until the thread is outside native code and keeps it there; for a process that ends without stop. */
  halt(): void;
}

const firstBackoffMs = 100;
const longestBackoffMs = 10_000;
/** A batch takes a fraction of a second, loading a large model a few seconds. */
const stopPatienceMs = 10_000;
const haltPatienceMs = 2000;

/** Starts nothing yet; see {@link KeptThread.start}. */
export function createKeptThread<Request, Reply, Opened>(options: KeptThreadOptions<Request, Reply, Opened>): KeptThread<Request, Opened> {
  let thread: Worker | undefined;
  let state: ReturnType<KeptThread<Request, Opened>["state"]> = "starting";
  let restarts = 0;
  let gate = createGateMemory();
  let restartTimer: NodeJS.Timeout | undefined;

  /** One thread from its start to its end. A thread that was given up is `thread` no more, and is not listened to. */
  function open(): Promise<Opened> {
    const { promise, resolve, reject } = Promise.withResolvers<Opened>();
    gate = createGateMemory();
    silenceTelemetry();
    const { entry, name, resourceLimits } = options;
    // No inherited flags: a thread of a test runner or a watcher is none of theirs.
    const created = new Worker(entry, {
      execArgv: [],
      name,
      workerData: { gate } satisfies WorkerStartData,
      ...(resourceLimits && { resourceLimits }),
    });
    thread = created;
    const onEnd = (error: unknown) => {
      if (thread !== created) return;
      thread = undefined;
      reject(error);
      if (state === "open") lose(`The thread ${name} ended unexpectedly.`, error);
    };
    created.on("error", onEnd);
    created.on("exit", (code) => onEnd(new Error(`The thread ${name} ended with code ${code}.`)));
    created.on("message", (reply: Reply) => {
      if (thread !== created) return;
      const opened = options.toOpened(reply);
      if (opened === undefined) return options.onReply(reply);
      state = "open";
      created.unref();
      resolve(opened);
    });
    created.postMessage(options.open);
    return promise;
  }

  function lose(reason: string, cause?: unknown): void {
    const lost = thread;
    thread = undefined;
    state = "restarting";
    options.onLost(reason, cause);
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
    target.postMessage(options.close);
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
          options.onDown(error);
          restart(Math.min(longestBackoffMs, backoffMs * 2), backoffMs);
        },
      );
    }, delayMs);
  }

  return {
    start: open,
    post(request) {
      if (thread === undefined || state !== "open") return false;
      thread.postMessage(request);
      return true;
    },
    keepAlive(isBusy) {
      if (isBusy) thread?.ref();
      else thread?.unref();
    },
    lose,
    state: () => state,
    restarts: () => restarts,
    async stop() {
      state = "stopped";
      clearTimeout(restartTimer);
      const last = thread;
      thread = undefined;
      if (last === undefined) return;
      // Referenced while it is waited for, so that the process does not end in between.
      const patience = Promise.withResolvers<void>();
      const timer = setTimeout(patience.resolve, stopPatienceMs);
      await Promise.race([dismiss(last), patience.promise]);
      clearTimeout(timer);
    },
    halt: () => closeGate(gate, haltPatienceMs),
  };
}
