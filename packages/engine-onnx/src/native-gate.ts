/**
 * Keeps a process from ending while one of its worker threads is inside native code.
 *
 * When a process (or a thread) is torn down under ONNX Runtime, its native code returns into a JavaScript runtime that is
 * gone, throws, and aborts the process: exit code 134 instead of the one that was meant (onnxruntime-node 1.30). Through
 * one shared word per worker the ending thread says "start nothing more" and waits for what is running, a fraction of a
 * second.
 */

const running = 0;
const halted = 1;

/** Memory for one worker's gate. */
export function createGateMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
}

/** In the worker: runs `work`, unless the process is ending; then it never resolves. */
export function passGate<T>(memory: SharedArrayBuffer, work: () => Promise<T>): Promise<T> {
  const words = new Int32Array(memory);
  const leave = () => {
    Atomics.store(words, running, 0);
    Atomics.notify(words, running);
  };
  // Announced before the other word is read, as the other side writes before it reads: one of the two sees the other.
  Atomics.store(words, running, 1);
  if (Atomics.load(words, halted) === 1) {
    leave();
    return new Promise<never>(() => undefined);
  }
  return work().finally(leave);
}

/** In the ending thread: closes the gate and blocks until nothing runs behind it, or `maxWaitMs` have passed. */
export function closeGate(memory: SharedArrayBuffer, maxWaitMs: number): void {
  const words = new Int32Array(memory);
  Atomics.store(words, halted, 1);
  Atomics.wait(words, running, 1, maxWaitMs);
}
