import { parentPort, workerData } from "node:worker_threads";
import { yieldToServing } from "./thread-priority.ts";
import { passGate } from "./native-gate.ts";
import { openCachedModel } from "./optimized-model.ts";
import type { Session } from "./session.ts";
import type { WorkerReply, WorkerRequest, WorkerStartData } from "./worker-protocol.ts";

/**
 * Entry of a worker thread: loads one model and runs what it is sent, in order. The runtime blocks this thread while it
 * computes; the next message waits here meanwhile, so that no time passes between two batches.
 *
 * A failure to open is thrown: the thread ends, and whoever started it decides.
 */
yieldToServing();
if (parentPort === null) throw new Error("inference-worker runs only as a worker thread.");
const port = parentPort;
const { gate } = workerData as WorkerStartData;

let session: Session | undefined;
// Messages are handled one after the other, though each handler waits.
let previous: Promise<void> = Promise.resolve();

function reply(message: WorkerReply, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

async function handle(request: WorkerRequest): Promise<void> {
  const startedAt = performance.now();
  if (request.kind === "open") {
    const opened = await passGate(gate, () => openCachedModel(request.model, request.isFirst));
    session = opened.session;
    reply({ kind: "opened", loadMs: performance.now() - startedAt, isCached: opened.isCached });
    return;
  }
  if (request.kind === "close") {
    await session?.close();
    port.close(); // Nothing else keeps the thread alive.
    return;
  }
  const { id } = request;
  try {
    const opened = session;
    if (opened === undefined) throw new Error("The model is not open.");
    const outputs = await passGate(gate, () => opened.run(request.feeds, request.fetches));
    const buffers = Object.values(outputs).map(({ data }) => data.buffer as ArrayBuffer);
    reply({ kind: "done", id, outputs, durationMs: performance.now() - startedAt }, buffers);
  } catch (error) {
    reply({ kind: "failed", id, message: error instanceof Error ? error.message : String(error) });
  }
}

port.on("message", (request: WorkerRequest) => {
  previous = previous.then(() => handle(request));
});
