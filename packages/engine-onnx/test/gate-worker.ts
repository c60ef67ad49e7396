import { parentPort, workerData } from "node:worker_threads";
import { passGate } from "../src/native-gate.ts";

/** Passes its gate twice, 50 ms each, and says when it is inside and when it is through. */
const { gate } = workerData as { gate: SharedArrayBuffer };
for (const round of [1, 2]) {
  await passGate(gate, async () => {
    parentPort?.postMessage(`inside ${round}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  });
  parentPort?.postMessage(`through ${round}`);
}
