import { parentPort, workerData } from "node:worker_threads";
import { CodedError } from "@repo/contracts/coded-error";
import { passGate } from "../native-gate.ts";
import { yieldToServing } from "../thread-priority.ts";
import type { WorkerStartData } from "../worker-protocol.ts";
import type { GenerationScheduler } from "./generation-scheduler.ts";
import type { GenerationJob, JobEvent, LanguageModelReply, LanguageModelRequest, OpenLanguageModel } from "./language-model-protocol.ts";
import { type OpenedLanguageModel, openLanguageModel } from "./open-language-model.ts";

/**
 * Entry of the thread of a language model: it reads prompts and writes answers, step by step, and looks at its messages
 * between two steps. A failure to open is thrown: the thread ends, and whoever started it decides.
 */
yieldToServing();
if (parentPort === null) throw new Error("language-model-worker runs only as a worker thread.");
const port = parentPort;
const { gate } = workerData as WorkerStartData;

let opened: OpenedLanguageModel | undefined;
let isRunning = false;
const closing = { isWanted: false };

function reply(message: LanguageModelReply): void {
  port.postMessage(message);
}

async function open(model: OpenLanguageModel): Promise<void> {
  const startedAt = performance.now();
  opened = await passGate(gate, () => openLanguageModel(model));
  const { capabilities, vocabularySize, kvBytesPerToken, scheduler } = opened;
  reply({ kind: "opened", loadMs: performance.now() - startedAt, capabilities, vocabularySize, kvBytesPerToken, stats: scheduler.stats() });
}

function generate({ scheduler, compile }: OpenedLanguageModel, job: GenerationJob): void {
  try {
    scheduler.submit(job, job.grammar === undefined ? undefined : compile(job.grammar));
  } catch (error) {
    reply({ kind: "step", events: [toFailure(job.id, error)], stats: scheduler.stats() });
  }
}

function toFailure(id: number, thrown: unknown): JobEvent {
  const error = CodedError.isInstance(thrown) ? thrown : new CodedError("internal", "The request could not be started.", { cause: thrown });
  const { code, message, details } = error;
  return { kind: "failed", id, code, message, ...(details === undefined ? {} : { details }) };
}

async function work({ scheduler }: { scheduler: GenerationScheduler }): Promise<void> {
  if (isRunning) return;
  isRunning = true;
  try {
    while (scheduler.hasWork() && !closing.isWanted) {
      await passGate(gate, () => scheduler.step());
      reply({ kind: "step", events: scheduler.takeEvents(), stats: scheduler.stats() });
    }
  } finally {
    isRunning = false;
  }
  if (closing.isWanted) await close();
}

async function close(): Promise<void> {
  await opened?.close();
  port.close(); // Nothing else keeps the thread alive.
}

async function handle(request: LanguageModelRequest): Promise<void> {
  if (request.kind === "open") return open(request.model);
  if (request.kind === "close") {
    closing.isWanted = true;
    if (!isRunning) await close();
    return;
  }
  if (opened === undefined) throw new Error("The model is not open.");
  if (request.kind === "generate") generate(opened, request.job);
  else opened.scheduler.cancel(request.id);
  await work(opened);
}

port.on("message", (request: LanguageModelRequest) => {
  // What is thrown here ends the thread, as an error of its owner.
  handle(request).catch((error: unknown) => {
    setImmediate(() => {
      throw error;
    });
  });
});
