import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { startConfined } from "@repo/confined-process/start-confined";
import { type ProcessBreach, watchProcess } from "@repo/confined-process/watch-process";
import { CodedError } from "@repo/contracts/coded-error";
import type { PageProblem, PdfPage } from "./pdf-page.ts";
import type { OpenRequest, PdfReply, PdfRequest } from "./pdf-protocol.ts";
import { unreadablePdf } from "./unreadable-pdf.ts";

/** Options of {@link createPdfProcess}. */
export interface PdfProcessOptions {
  entry: URL;
  /** The file, and how it is read. */
  open: OpenRequest;
  signal: AbortSignal | undefined;
}

/** A page that cannot be read, of a file that can. */
export class PageLost extends Error {
  readonly problem: PageProblem;
  readonly readMs: number;
  constructor(problem: PageProblem, message: string, readMs: number) {
    super(message);
    this.problem = problem;
    this.readMs = readMs;
  }
}

/** A process that reads one PDF. Requests are answered in the order of the calls. */
export interface PdfProcess {
  open(): Promise<{ pageCount: number; metadata: (PdfReply & { kind: "opened" })["metadata"] }>;
  /** @throws PageLost when the page is to blame; the next page is then read by a new process */
  readPage(index: number): Promise<PdfPage>;
  stop(): Promise<void>;
}

/** How a request ended that was not answered. */
type Loss = ProcessBreach | "not_started" | "crashed" | "killed" | "stopped";

class ProcessLost extends Error {
  readonly loss: Loss;
  constructor(loss: Loss) {
    super(loss);
    this.loss = loss;
  }
}

/** Loading the decoders takes about a second; a host where it takes longer than this is broken. */
const startBoundMs = 60_000;
/** The heap holds no pixels, but text and operators of a page. */
const maxHeapMegabytes = 1024;

/**
 * Native memory has no bound inside a process, and native code that is ended with its thread takes the process along; so a
 * stranger's file is read in a process of its own. When a page ends it, the page is given up and a new process goes on; when
 * something else ends it (the system out of memory, somebody's kill -9), the job fails as one that may be tried again.
 */
export function createPdfProcess({ entry, open, signal }: PdfProcessOptions): PdfProcess {
  const { limits } = open;
  let child: ChildProcess | undefined;
  let isStopped = false;
  let previous: Promise<unknown> = Promise.resolve();

  const kill = () => child?.kill("SIGKILL");
  process.once("exit", kill);
  const onAbort = () => void stop();
  signal?.addEventListener("abort", onAbort, { once: true });

  /** One answer of the process. */
  async function answer(running: ChildProcess, boundMs: number): Promise<PdfReply> {
    const { promise, resolve, reject } = Promise.withResolvers<PdfReply>();
    const onExit = (_: number | null, how: NodeJS.Signals | null) => reject(new ProcessLost(toLoss(how)));
    const onError = () => reject(new ProcessLost("crashed"));
    const stopWatching = watchProcess({ process: running, boundMs, maxMemoryBytes: limits.maxMemoryBytes }, (breach) => {
      reject(new ProcessLost(breach));
      running.kill("SIGKILL");
    });
    running.once("message", resolve).once("exit", onExit).once("error", onError);
    // It may have ended while nothing was asked of it.
    if (running.exitCode !== null || running.signalCode !== null) onExit(running.exitCode, running.signalCode);
    try {
      return await promise;
    } catch (error) {
      if (child === running) child = undefined;
      throw isStopped ? new ProcessLost("stopped") : error;
    } finally {
      stopWatching();
      running.off("message", resolve).off("exit", onExit).off("error", onError);
    }
  }

  async function ask(running: ChildProcess, request: PdfRequest, boundMs: number): Promise<PdfReply> {
    const answered = answer(running, boundMs);
    running.send(request, () => undefined); // A process that is gone also says so by its end.
    return answered;
  }

  async function start(): Promise<{ running: ChildProcess; opened: PdfReply & { kind: "opened" } }> {
    if (isStopped) throw new ProcessLost("stopped");
    const running = startConfined(entry, { maxHeapMegabytes });
    child = running;
    // Nothing of the file is to blame yet.
    await answer(running, startBoundMs).catch(() => Promise.reject(new ProcessLost(isStopped ? "stopped" : "not_started")));
    const opened = await ask(running, open, limits.maxOpenMs);
    if (opened.kind === "failed") throw new CodedError(opened.code, opened.message, toOptions(opened));
    if (opened.kind !== "opened") throw new CodedError("internal", "The reading process answered out of turn.");
    return { running, opened };
  }

  /** Requests take turns. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = previous.then(work);
    previous = result.catch(() => undefined);
    return result;
  }

  async function readPage(index: number): Promise<PdfPage> {
    const startedAt = performance.now();
    for (let crashes = 0; ; crashes += 1) {
      const running = child ?? (await orCoded(() => start())).running;
      try {
        const reply = await ask(running, { kind: "page", index }, limits.maxPageMs);
        if (reply.kind === "page") return reply.page;
        throw new PageLost("page_broken", `Page ${index} is damaged.`, performance.now() - startedAt);
      } catch (error) {
        // Native code that crashed may have been out of luck; a page that does it twice is to blame.
        if (error instanceof ProcessLost && error.loss === "crashed" && crashes === 0) continue;
        throw error instanceof ProcessLost ? toPageError(error.loss, index, performance.now() - startedAt) : error;
      }
    }
  }

  /** What ends the process while it opens the file. */
  async function orCoded<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof ProcessLost ? toOpenError(error.loss) : error;
    }
  }

  async function stop(): Promise<void> {
    isStopped = true;
    process.removeListener("exit", kill);
    signal?.removeEventListener("abort", onAbort);
    const stopping = child;
    child = undefined;
    if (stopping === undefined || stopping.exitCode !== null || stopping.signalCode !== null) return;
    const ended = once(stopping, "exit");
    stopping.kill("SIGKILL");
    await ended;
  }

  if (signal?.aborted === true) onAbort();
  return {
    open: () => inTurn(async () => (await orCoded(() => start())).opened),
    readPage: (index) => inTurn(() => readPage(index)),
    stop,
  };
}

/** Killed from outside, or ended by what it did. */
function toLoss(how: NodeJS.Signals | null): Loss {
  return how === "SIGKILL" || how === "SIGTERM" || how === "SIGINT" ? "killed" : "crashed";
}

function toOptions({ details, cause }: PdfReply & { kind: "failed" }): { cause: string; details?: Record<string, unknown> } {
  return { cause, ...(details === undefined ? {} : { details }) };
}

function toOpenError(loss: Loss): CodedError {
  if (loss === "stopped") return new CodedError("cancelled", "The PDF was closed.");
  if (loss === "too_slow") return unreadablePdf("too_slow", "Opening the PDF takes too long.");
  if (loss === "too_much_memory") return unreadablePdf("too_much_memory", "Opening the PDF takes too much memory.");
  if (loss === "crashed") return unreadablePdf("broken", "The PDF is damaged: opening it failed badly.");
  return unreadablePdf("process_lost", "The process that reads the PDF was ended; try again.");
}

function toPageError(loss: Loss, index: number, readMs: number): Error {
  if (loss === "too_slow") return new PageLost("page_too_slow", `Page ${index} takes too long to read.`, readMs);
  if (loss === "too_much_memory") return new PageLost("page_too_much_memory", `Page ${index} takes too much memory.`, readMs);
  if (loss === "crashed") return new PageLost("page_broken", `Reading page ${index} failed badly.`, readMs);
  return toOpenError(loss);
}
