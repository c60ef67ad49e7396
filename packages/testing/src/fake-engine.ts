import { setTimeout as sleep } from "node:timers/promises";
import { type BatchQueueOptions, createBatchQueue } from "@repo/engine/batch-queue";
import type { Engine } from "@repo/engine/engine";

/** What the fake gives for one text; the same shape as a real text engine's output. */
export interface FakeOutput {
  /** Float32 [dimensions], length 1. */
  embedding: Float32Array;
  norm: number;
}

/** Options of {@link createFakeEngine}. */
export interface FakeEngineOptions extends Partial<
  Pick<BatchQueueOptions<Int32Array, FakeOutput>, "lanes" | "maxItemTokens" | "maxQueuedTokens">
> {
  /** Default 8. */
  dimensions?: number;
  /** How long a batch takes, default 0. */
  msPerBatch?: number;
  /** Called with every batch before it is answered; throw to make it fail. */
  onBatch?: (inputs: readonly Int32Array[]) => void;
}

/**
 * An engine without a model: the real queue in front of vectors that are hashed from the token ids. The same ids give
 * the same vector everywhere, different ids different ones; nothing about it means anything.
 */
export function createFakeEngine(options: FakeEngineOptions = {}): Engine<Int32Array, FakeOutput> {
  const { dimensions = 8, lanes = 2, msPerBatch = 0, onBatch } = options;
  const runs = Array.from({ length: lanes }, () => 0);
  const queue = createBatchQueue<Int32Array, FakeOutput>({
    lanes,
    ...(options.maxItemTokens === undefined ? {} : { maxItemTokens: options.maxItemTokens }),
    ...(options.maxQueuedTokens === undefined ? {} : { maxQueuedTokens: options.maxQueuedTokens }),
    async runBatch(lane, inputs) {
      await sleep(msPerBatch);
      runs[lane] = (runs[lane] ?? 0) + 1;
      onBatch?.(inputs);
      return { outputs: inputs.map((ids) => ({ embedding: hashToUnitVector(ids, dimensions), norm: 1 })), durationMs: msPerBatch };
    },
  });
  return {
    run: queue.run,
    probe: async () => undefined,
    queueStats: queue.stats,
    workerStats: () => runs.map((count, id) => ({ id, state: "idle", runs: count, restarts: 0 })),
    close: queue.close,
  };
}

/** FNV-1a over the ids seeds xorshift32, which fills the components. Sources: Fowler, Noll, Vo; Marsaglia 2003. */
function hashToUnitVector(ids: Int32Array, dimensions: number): Float32Array {
  let state = 0x811c9dc5;
  for (const id of ids) state = Math.imul(state ^ id, 0x01000193);
  const vector = new Float32Array(dimensions);
  for (let index = 0; index < dimensions; index += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    vector[index] = state / 2 ** 31 + 1e-9;
  }
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
