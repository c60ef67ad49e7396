import { CodedError } from "@repo/contracts/coded-error";
import type { CallContext } from "@repo/contracts/call-context";
import { LRUCache } from "lru-cache";
import type { OnnxTextEngine, TextOutput } from "./onnx-engine.ts";

/** Numbers about the cache. */
export interface CacheStats {
  entries: number;
  bytes: number;
  maxBytes: number;
  /** Inputs answered from the cache, joined to work under way (also within one request), and computed. */
  hits: number;
  joins: number;
  misses: number;
}

/** What {@link VectorSource.get} gives. */
export interface SourcedVectors {
  /** Per row the unit vector [dimensions] and its former length, [dimensions + 1]; shared, not to be written to. */
  entries: Float32Array[];
  queueMs: number;
  inferenceMs: number;
}

/** Vectors of token rows: from the cache, from work under way, or from the engine. */
export interface VectorSource {
  /** @throws CodedError as Engine.run does */
  get(rows: readonly Int32Array[], context?: CallContext): Promise<SourcedVectors>;
  stats(): CacheStats;
}

/** One run of the engine, and who waits for it. */
interface Run {
  keys: string[];
  waiters: number;
  isSettled: boolean;
  controller: AbortController;
  promise: Promise<{ entries: Map<string, Float32Array>; queueMs: number; inferenceMs: number }>;
}

/** Per entry besides vector and key: map slot, list links, size and typed array headers. */
const entryOverheadBytes = 256;
/** Waiting for others' work is worth it while that is no larger than this, or than one's own. */
const maxJoinedRows = 32;

/**
 * Sound because the engine is batch-invariant: the same ids give the same bytes whatever they were computed with.
 *
 * Work is dropped when the last one who waits for it leaves: neither the abort of who started it nor of who joined
 * takes it from the others.
 * @param cacheBytes 0 keeps nothing.
 */
export function createVectorSource(engine: OnnxTextEngine, cacheBytes: number): VectorSource {
  const cache =
    cacheBytes > 0
      ? new LRUCache<string, Float32Array>({
          maxSize: cacheBytes,
          sizeCalculation: (entry, key) => entry.byteLength + key.length + entryOverheadBytes,
        })
      : undefined;
  const underWay = new Map<string, Run>();
  let hits = 0;
  let joins = 0;
  let misses = 0;

  function start(rows: ReadonlyMap<string, Int32Array>): Run {
    const keys = [...rows.keys()];
    const controller = new AbortController();
    const items = Array.from(rows.values(), (input) => ({ input, tokens: input.length }));
    const promise = engine.run(items, { signal: controller.signal }).then(({ outputs, queueMs, inferenceMs }) => {
      const entries = new Map<string, Float32Array>();
      for (const [index, key] of keys.entries()) {
        const entry = toEntry(outputs[index] as TextOutput);
        entries.set(key, entry);
        cache?.set(key, entry);
      }
      return { entries, queueMs, inferenceMs };
    });
    const run: Run = { keys, waiters: 0, isSettled: false, controller, promise };
    for (const key of keys) underWay.set(key, run);
    const forget = () => {
      run.isSettled = true;
      for (const key of keys) if (underWay.get(key) === run) underWay.delete(key);
    };
    promise.then(forget, forget);
    return run;
  }

  function leave(run: Run): void {
    run.waiters -= 1;
    if (run.waiters > 0 || run.isSettled) return;
    // At once, so that nobody joins what was given up.
    for (const key of run.keys) if (underWay.get(key) === run) underWay.delete(key);
    run.controller.abort();
  }

  /** Waits for all runs, as long as this caller wants to. */
  async function waitFor(runs: ReadonlySet<Run>, context: CallContext): Promise<PromiseSettledResult<Awaited<Run["promise"]>>[]> {
    for (const run of runs) run.waiters += 1;
    const departure = watchDeparture(context);
    try {
      return await Promise.race([Promise.allSettled(Array.from(runs, (run) => run.promise)), departure.promise]);
    } finally {
      departure.release();
      for (const run of runs) leave(run);
    }
  }

  return {
    async get(rows, context = {}) {
      const found = new Map<string, Float32Array>();
      const missing = new Map<string, Int32Array>();
      const joined = new Set<Run>();
      const keys = rows.map(toKey);
      if (context.signal?.aborted) throw cancelled();
      if (context.deadlineAt !== undefined && context.deadlineAt <= Date.now()) throw expired();
      for (const [index, key] of keys.entries()) {
        const run = underWay.get(key);
        const cached = cache?.get(key);
        if (cached !== undefined) {
          hits += 1;
          found.set(key, cached);
        } else if (missing.has(key)) joins += 1;
        else if (run !== undefined && run.keys.length <= Math.max(maxJoinedRows, rows.length)) {
          joins += 1;
          joined.add(run);
        } else {
          misses += 1;
          missing.set(key, rows[index] as Int32Array);
        }
      }
      let queueMs = 0;
      let inferenceMs = 0;
      const collect = async (runs: ReadonlySet<Run>, own: Run | undefined) => {
        const results = await waitFor(runs, context);
        for (const [index, run] of [...runs].entries()) {
          const result = results[index] as (typeof results)[number];
          if (result.status === "rejected") {
            // What others sent may have failed for their own reasons; this caller's rows get a run of their own.
            if (run === own || codeOf(result.reason) !== "inference_failed") throw result.reason;
            continue;
          }
          for (const [key, entry] of result.value.entries) found.set(key, entry);
          queueMs = Math.max(queueMs, result.value.queueMs);
          inferenceMs += result.value.inferenceMs;
        }
      };
      if (missing.size > 0 || joined.size > 0) {
        const own = missing.size > 0 ? start(missing) : undefined;
        await collect(own === undefined ? joined : new Set([...joined, own]), own);
      }
      const lost = new Map(keys.flatMap((key, index) => (found.has(key) ? [] : [[key, rows[index] as Int32Array] as const])));
      if (lost.size > 0) {
        const again = start(lost);
        await collect(new Set([again]), again);
      }
      return { entries: keys.map((key) => found.get(key) as Float32Array), queueMs, inferenceMs };
    },
    stats: () => ({ entries: cache?.size ?? 0, bytes: cache?.calculatedSize ?? 0, maxBytes: cacheBytes, hits, joins, misses }),
  };
}

/** The bytes of the ids as a string: flat, one byte a character, and cheap to hash. */
function toKey(row: Int32Array): string {
  return Buffer.from(row.buffer, row.byteOffset, row.byteLength).toString("latin1");
}

/** A copy: a view would keep the buffer of the whole batch. */
function toEntry({ embedding, norm }: TextOutput): Float32Array {
  const entry = new Float32Array(embedding.length + 1);
  entry.set(embedding);
  entry[embedding.length] = norm;
  return entry;
}

function codeOf(error: unknown): string | undefined {
  return CodedError.isInstance(error) ? error.code : undefined;
}

function cancelled(): CodedError {
  return new CodedError("cancelled", "The caller left before the answer was ready.");
}

function expired(): CodedError {
  return new CodedError("deadline_exceeded", "The answer was not ready within the time given.");
}

/** A promise that rejects when the caller leaves or runs out of time. */
function watchDeparture({ signal, deadlineAt }: CallContext): { promise: Promise<never>; release(): void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(cancelled());
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  const remainingMs = deadlineAt === undefined ? undefined : Math.min(2 ** 31 - 1, Math.max(0, deadlineAt - Date.now()));
  const timer = remainingMs === undefined ? undefined : setTimeout(() => reject(expired()), remainingMs);
  return {
    promise,
    release() {
      signal?.removeEventListener("abort", onAbort);
      clearTimeout(timer);
    },
  };
}
