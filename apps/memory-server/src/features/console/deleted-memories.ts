import type { Memory } from "../../memory.ts";

/** How long a deleted memory can be brought back, milliseconds, and how many are kept for it. */
const keepForMs = 10 * 60_000;
const maxKept = 200;

/** Memories that were deleted in the console a moment ago, for its Undo; in this process only. */
export interface DeletedMemories {
  keep(memory: Memory): void;
  /** The memory as it was; undefined when it is too late. */
  find(id: string): Memory | undefined;
  forget(id: string): void;
}

/** Remembers what was deleted, for a while. */
export function createDeletedMemories(now: () => number = Date.now): DeletedMemories {
  const kept = new Map<string, { memory: Memory; until: number }>();
  const find = (id: string): Memory | undefined => {
    const entry = kept.get(id);
    return entry && entry.until > now() ? entry.memory : undefined;
  };
  return {
    keep: (memory) => {
      kept.set(memory.id, { memory, until: now() + keepForMs });
      const [oldest] = kept.keys();
      if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest);
    },
    find,
    forget: (id) => void kept.delete(id),
  };
}
