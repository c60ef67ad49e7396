import type { TensorData } from "./worker-protocol.ts";

/** What one run gave. */
export interface WorkerRunResult {
  outputs: Record<string, TensorData>;
  /** Inside the worker, waiting excluded. */
  durationMs: number;
}

/** A run that was sent to a worker and not answered yet. */
export interface PendingRun {
  resolve(result: WorkerRunResult): void;
  reject(error: Error): void;
}

/** The runs a worker has before it; it computes them in order, so the oldest is the one that runs. */
export interface PendingRuns {
  readonly size: number;
  /** @param boundMs time from its start after which the run counts as overdue. */
  add(boundMs: number): { id: number; promise: Promise<WorkerRunResult> };
  /** Takes an answered run out; the next one starts. */
  take(id: number): PendingRun | undefined;
  /** Takes all out, the running one first. */
  takeAll(): PendingRun[];
  /**
   * Whether the running one was overdue at this look and at the one before. Two looks, because after a pause of this
   * thread the answer may be there and only waits to be read.
   */
  isHeadStuck(): boolean;
}

/** Makes an empty list. */
export function createPendingRuns(): PendingRuns {
  const runs = new Map<number, PendingRun & { boundMs: number }>();
  let lastId = 0;
  let headStartedAt = 0;
  let wasOverdue = false;

  function startHead(): void {
    headStartedAt = performance.now();
    wasOverdue = false;
  }

  return {
    get size() {
      return runs.size;
    },
    add(boundMs) {
      const { promise, resolve, reject } = Promise.withResolvers<WorkerRunResult>();
      if (runs.size === 0) startHead();
      lastId += 1;
      runs.set(lastId, { resolve, reject, boundMs });
      return { id: lastId, promise };
    },
    take(id) {
      const run = runs.get(id);
      if (run === undefined) return undefined;
      runs.delete(id);
      startHead();
      return run;
    },
    takeAll() {
      const all = [...runs.values()];
      runs.clear();
      wasOverdue = false;
      return all;
    },
    isHeadStuck() {
      const [head] = runs.values();
      const isOverdue = head !== undefined && performance.now() - headStartedAt >= head.boundMs;
      const isStuck = isOverdue && wasOverdue;
      wasOverdue = isOverdue;
      return isStuck;
    },
  };
}
