import type { Database } from "@repo/app-kit/open-database";
import type { TextEmbedder } from "@repo/contracts/embed-text";
import { isSameModel, type ModelIdentity } from "@repo/contracts/model-info";
import { asc, count, gt } from "drizzle-orm";
import { memories } from "../schema.ts";
import { readVectorIndex } from "../vector-stores/vector-index.ts";
import type { VectorStore } from "../vector-stores/vector-store.ts";

/** How far a re-embedding is. */
export interface ReembedProgress {
  total: number;
  /** Memories looked at. */
  done: number;
  /** Memories that got a new vector. */
  embedded: number;
}

/** What {@link reembedMemories} works with. */
export interface ReembedParts {
  db: Database;
  embedder: TextEmbedder;
  store: VectorStore;
  /** Where the configuration wants the vectors, as the note about them has it. */
  place: { store: "pgvector" | "qdrant"; collection: string };
  onProgress?: (progress: ReembedProgress) => void;
  signal?: AbortSignal;
}

/** Memories per step: some requests to the Space, one statement to the store. */
const memoriesPerStep = 256;

/**
 * Gives every memory a vector of the model that the embedder has now, in the store that is configured now. Cut off
 * anywhere and started again, it goes on with those that have none yet. Searches meanwhile find what is done.
 * @throws CodedError what the embedder and the store throw
 */
export async function reembedMemories(parts: ReembedParts): Promise<ReembedProgress & { identity: ModelIdentity }> {
  const { db, embedder, store, place, signal } = parts;
  const { identity } = await embedder.embed({ texts: ["Which model is this?"], inputType: "passage" }, { signal });
  const known = await readVectorIndex(db);
  const isBegun =
    known !== undefined && isSameModel(known.identity, identity) && known.store === place.store && known.collection === place.collection;
  // Vectors of the former model are useless, and must not be left beside the new ones.
  if (!isBegun) await store.removeAll();
  await store.open(identity);

  const [counted] = await db.select({ total: count() }).from(memories);
  const progress: ReembedProgress = { total: counted?.total ?? 0, done: 0, embedded: 0 };
  for (let last: string | undefined; ;) {
    signal?.throwIfAborted();
    const page = await db
      .select()
      .from(memories)
      .where(last === undefined ? undefined : gt(memories.id, last))
      .orderBy(asc(memories.id))
      .limit(memoriesPerStep);
    if (page.length === 0) return { ...progress, identity };
    const present = await store.read(page.map(({ id }) => id));
    const missing = page.filter(({ id }) => !present.has(id));
    if (missing.length > 0) {
      const { vectors } = await embedder.embed({ texts: missing.map(({ text }) => text), inputType: "passage" }, { signal });
      await store.upsert(missing.map((memory, index) => ({ memory, vector: vectors[index] as Float32Array })));
    }
    last = page.at(-1)?.id;
    progress.done += page.length;
    progress.embedded += missing.length;
    parts.onProgress?.({ ...progress });
  }
}
