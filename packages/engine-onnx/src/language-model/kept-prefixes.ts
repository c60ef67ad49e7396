import type { KvSnapshot } from "./kv-arena.ts";

/** A beginning that is known already. */
export interface KeptMatch {
  snapshot: KvSnapshot;
  /** Tokens that are the same from the start. */
  length: number;
}

/** Keys and values of texts that were read before, for later prompts that begin like them. */
export interface KeptPrefixes {
  readonly bytes: number;
  readonly entries: number;
  /** The text of this salt that shares the most tokens with `tokens` from the start. */
  find(tokens: ArrayLike<number>, salt: string): KeptMatch | undefined;
  /** Whether a kept text of this salt begins with all of `tokens`. */
  has(tokens: ArrayLike<number>, salt: string): boolean;
  /** Keeps a text; those that it begins with are dropped. */
  add(tokens: Int32Array, salt: string, snapshot: KvSnapshot): void;
  /** Drops the least recently used texts until the rest takes no more than `bytes`. */
  shrink(bytes: number): void;
}

/** Starts with none. Entries are few (each takes megabytes), so all are looked at. */
export function createKeptPrefixes(): KeptPrefixes {
  interface Entry {
    tokens: Int32Array;
    salt: string;
    snapshot: KvSnapshot;
  }
  // In order of use, the latest last.
  let entries: Entry[] = [];
  const sumBytes = () => entries.reduce((sum, { snapshot }) => sum + snapshot.bytes, 0);
  const touch = (entry: Entry) => {
    entries = [...entries.filter((each) => each !== entry), entry];
  };

  return {
    get bytes() {
      return sumBytes();
    },
    get entries() {
      return entries.length;
    },
    find(tokens, salt) {
      let best: { entry: Entry; length: number } | undefined;
      for (const entry of entries) {
        const length = entry.salt === salt ? commonPrefix(entry.tokens, tokens) : 0;
        if (length > 0 && length >= (best?.length ?? 0)) best = { entry, length };
      }
      if (best === undefined) return undefined;
      touch(best.entry);
      return { snapshot: best.entry.snapshot, length: best.length };
    },
    has(tokens, salt) {
      const found = entries.find((entry) => entry.salt === salt && commonPrefix(entry.tokens, tokens) === tokens.length);
      if (found !== undefined) touch(found);
      return found !== undefined;
    },
    add(tokens, salt, snapshot) {
      entries = entries.filter((entry) => entry.salt !== salt || commonPrefix(entry.tokens, tokens) < entry.tokens.length);
      entries.push({ tokens, salt, snapshot });
    },
    shrink(bytes) {
      let left = sumBytes();
      while (left > bytes) left -= entries.shift()?.snapshot.bytes ?? left;
    },
  };
}

/** Number of tokens that two texts share from the start. */
export function commonPrefix(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length += 1;
  return length;
}
