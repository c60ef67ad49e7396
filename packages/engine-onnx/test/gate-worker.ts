import { parentPort, workerData } from "node:worker_threads";
import { passGate } from "../src/native-gate.ts";

/** Passes its gate twice, 50 ms each, and says when it is inside. */
const { gate } = workerData as { gate: SharedArrayBuffer };

async function passTwice(): Promise<void> {
  for (const round of [1, 2]) {
    await passGate(gate, async () => {
      parentPort?.postMessage(`inside ${round}`, []);
      await new Promise((resolve) => setTimeout(resolve, 50));
    });
  }
}

void passTwice();
