import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { closeGate, createGateMemory } from "./native-gate.ts";

test("closing the gate waits for what is inside and lets nothing in afterwards", async () => {
  const gate = createGateMemory();
  const worker = new Worker(new URL("../test/gate-worker.ts", import.meta.url), { workerData: { gate }, execArgv: [] });
  const messages: string[] = [];
  worker.on("message", (message: string) => messages.push(message));
  await once(worker, "message");
  closeGate(gate, 5000);
  const [isInside] = new Int32Array(gate);
  expect(isInside).toBe(0);
  // Time enough for the second round, had it been let in.
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(messages).not.toContain("inside 2");
  await worker.terminate();
});

test("closing the gate gives up on what never comes out", () => {
  const gate = createGateMemory();
  new Int32Array(gate)[0] = 1;
  const startedAt = performance.now();
  closeGate(gate, 20);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(15);
});
