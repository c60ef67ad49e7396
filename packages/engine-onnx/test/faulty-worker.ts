import { parentPort } from "node:worker_threads";
import type { TensorData, WorkerReply, WorkerRequest } from "../src/worker-protocol.ts";

/**
 * An inference worker with faults, for tests of what the pool does about them. A text that starts with id 40 hangs the
 * thread, one that starts with id 41 ends it; anything else is answered with its first id.
 */
if (parentPort === null) throw new Error("faulty-worker runs only as a worker thread.");
const port = parentPort;
const reply = (message: WorkerReply) => port.postMessage(message);

port.on("message", (request: WorkerRequest) => {
  if (request.kind === "open") reply({ kind: "opened", loadMs: 0, isCached: false });
  else if (request.kind === "close") port.close();
  else answer(request.id, request.feeds.input_ids as TensorData);
});

function answer(id: number, { data, dims: [rows = 0, width = 0] }: TensorData): void {
  const firsts = Array.from({ length: rows }, (_, row) => Number(data[row * width]));
  if (firsts.includes(40)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (firsts.includes(41)) process.exit(1);
  const embedding = Float32Array.from({ length: rows * 4 }, (_, index) => firsts[Math.floor(index / 4)] as number);
  const norm = new Float32Array(rows).fill(1);
  reply({
    kind: "done",
    id,
    outputs: { embedding: { type: "float32", data: embedding, dims: [rows, 4] }, norm: { type: "float32", data: norm, dims: [rows, 1] } },
    durationMs: 1,
  });
}
