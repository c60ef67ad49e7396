import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { startConfined } from "@repo/confined-process/start-confined";
import { type ProcessBreach, watchProcess } from "@repo/confined-process/watch-process";
import { CodedError } from "@repo/contracts/coded-error";
import type { CloseDocument, PageReply, PageRequest, PictureRequest } from "./document-protocol.ts";
import { unreadableFile } from "./unreadable-file.ts";

/** Options of {@link createDocumentProcess}. */
export interface DocumentProcessOptions {
  entry: URL;
  /** Resident memory at which it is killed, native memory included. Enforced on Linux. */
  maxMemoryBytes: number;
  /** After so long without work it is ended: decoders keep what memory they once had. */
  idleMs: number;
}

/** An answer that is no failure. */
export type DocumentReply = Exclude<PageReply, { kind: "ready" | "failed" }>;

/** A process that decodes files; it is started when it is needed, and again when it was killed. */
export interface DocumentProcess {
  /** Requests that are not answered yet. */
  readonly waiting: number;
  /**
   * Answered in the order of the calls. `boundMs` runs from when the process takes the request up; then it is killed, and
   * the other requests go to its successor.
   */
  request(request: Omit<PageRequest, "id"> | Omit<PictureRequest, "id">, boundMs: number): Promise<DocumentReply>;
  /** No more pages of this file are wanted: requests for it that were not taken up are dropped. */
  close(document: number): void;
  stop(): Promise<void>;
}

interface Waiting {
  request: PageRequest | PictureRequest;
  boundMs: number;
  crashes: number;
  resolve(reply: DocumentReply): void;
  reject(error: Error): void;
}

/** Loading the decoders takes under a second; a host where it takes longer than this is broken. */
const startBoundMs = 30_000;

/**
 * Native memory has no bound inside a process, and native code that is ended with its thread takes the process along; so
 * files of strangers are decoded in a process of their own. It has no environment, may write no file and start nothing.
 */
export function createDocumentProcess(options: DocumentProcessOptions): DocumentProcess {
  const queue: Waiting[] = [];
  let child: ChildProcess | undefined;
  let isReady = false;
  let isStopped = false;
  let lastId = 0;
  let stopWatching = () => {};
  let idleTimer: NodeJS.Timeout | undefined;
  /** The request that the process was given. */
  let running: Waiting | undefined;

  const kill = () => child?.kill("SIGKILL");

  function start(): void {
    isReady = false;
    const started = startConfined(options.entry);
    child = started;
    process.once("exit", kill);
    started.on("message", (reply: PageReply) => {
      if (child === started) take(reply);
    });
    const onEnd = () => {
      if (child === started) lose();
    };
    started.once("exit", onEnd).once("error", onEnd);
    stopWatching = watchProcess({ boundMs: startBoundMs, process: started, maxMemoryBytes: options.maxMemoryBytes }, giveUp);
  }

  function next(): void {
    clearTimeout(idleTimer);
    if (running !== undefined || isStopped) return;
    if (queue.length === 0) return rest();
    if (child === undefined) return start();
    if (!isReady) return;
    running = queue[0] as Waiting;
    const { boundMs } = running;
    child.ref();
    child.channel?.ref();
    child.send(running.request, () => undefined); // A process that is gone also says so by its end.
    stopWatching = watchProcess({ boundMs, process: child, maxMemoryBytes: options.maxMemoryBytes }, (breach) => {
      settle()?.reject(toBreachError(breach, boundMs));
      giveUp();
    });
  }

  /** Its end is not waited for: what comes next must not be sent to a dying process. */
  function giveUp(): void {
    kill();
    lose();
  }

  /** An idle process does not keep this one alive, and is not kept for long. */
  function rest(): void {
    if (child === undefined) return;
    child.unref();
    child.channel?.unref();
    idleTimer = setTimeout(giveUp, options.idleMs).unref();
  }

  function settle(): Waiting | undefined {
    const settled = running;
    running = undefined;
    if (settled !== undefined) queue.shift();
    stopWatching();
    return settled;
  }

  function take(reply: PageReply): void {
    if (reply.kind === "ready") {
      stopWatching();
      isReady = true;
    } else {
      const settled = settle();
      if (reply.kind === "failed") settled?.reject(toError(reply));
      else settled?.resolve(reply);
    }
    next();
  }

  /** The process ended. What it was reading may be to blame: that is tried once more, with nothing else at stake. */
  function lose(): void {
    process.removeListener("exit", kill);
    child = undefined;
    stopWatching();
    if (!isReady && !isStopped) {
      for (const waiting of queue.splice(0)) waiting.reject(new CodedError("internal", "The process that reads files does not start."));
    }
    isReady = false;
    const blamed = running;
    running = undefined;
    if (blamed !== undefined) {
      blamed.crashes += 1;
      if (blamed.crashes > 1) {
        queue.shift();
        blamed.reject(unreadableFile("broken", "Reading the file failed badly."));
      }
    }
    next();
  }

  return {
    get waiting() {
      return queue.length;
    },
    request(request, boundMs) {
      if (isStopped) return Promise.reject(new CodedError("model_unavailable", "The reader is stopping."));
      const { promise, resolve, reject } = Promise.withResolvers<DocumentReply>();
      lastId += 1;
      queue.push({ request: { ...request, id: lastId }, boundMs, crashes: 0, resolve, reject });
      next();
      return promise;
    },
    close(document) {
      for (const waiting of queue.filter((other) => other.request.document === document && other !== running)) {
        queue.splice(queue.indexOf(waiting), 1);
        waiting.reject(new CodedError("cancelled", "The caller left."));
      }
      if (child !== undefined && isReady) child.send({ close: document } satisfies CloseDocument, () => undefined);
    },
    async stop() {
      isStopped = true;
      const stopping = child;
      for (const waiting of queue.splice(0)) waiting.reject(new CodedError("model_unavailable", "The reader is stopping."));
      running = undefined;
      stopWatching();
      clearTimeout(idleTimer);
      if (stopping === undefined) return;
      stopping.ref();
      stopping.kill("SIGKILL");
      await once(stopping, "exit");
    },
  };
}

function toError({ code, message, details, cause }: PageReply & { kind: "failed" }): CodedError {
  return new CodedError(code, message, { cause, ...(details === undefined ? {} : { details }) });
}

function toBreachError(breach: ProcessBreach, boundMs: number): CodedError {
  return breach === "too_slow"
    ? unreadableFile("too_slow", "Reading the page took too long.", { boundMs })
    : unreadableFile("too_much_memory", "Reading the page takes too much memory.");
}
