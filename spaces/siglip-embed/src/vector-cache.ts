import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";

/** Vectors of inputs seen before; all of them together hold no more than so many bytes. */
export interface VectorCache {
  get(key: string): Float32Array | undefined;
  set(key: string, vector: Float32Array): void;
  stats(): { entries: number; bytes: number; hits: number; misses: number };
}

/** Per entry besides vector and key: map slot, list links, size and the array's header. */
const entryOverheadBytes = 256;

/** @param maxBytes 0 keeps nothing */
export function createVectorCache(maxBytes: number): VectorCache {
  const entries =
    maxBytes > 0
      ? new LRUCache<string, Float32Array>({
          maxSize: maxBytes,
          sizeCalculation: (vector, key) => vector.byteLength + 2 * key.length + entryOverheadBytes,
        })
      : undefined;
  let hits = 0;
  let misses = 0;
  return {
    get(key) {
      const vector = entries?.get(key);
      if (vector === undefined) misses += 1;
      else hits += 1;
      return vector;
    },
    set: (key, vector) => void entries?.set(key, vector),
    stats: () => ({ entries: entries?.size ?? 0, bytes: entries?.calculatedSize ?? 0, hits, misses }),
  };
}

/** An image is known by its bytes. */
export function toImageKey(bytes: Uint8Array): string {
  return `image ${createHash("sha256").update(bytes).digest("base64")}`;
}
