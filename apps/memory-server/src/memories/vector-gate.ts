import type { Database } from "@repo/app-kit/open-database";
import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import type { TextEmbedder } from "@repo/contracts/embed-text";
import { isSameModel, type ModelIdentity } from "@repo/contracts/model-info";
import type { Memory } from "../memory.ts";
import type { VectorStore } from "../vector-stores/vector-store.ts";

/** The one way from a text to its vector in the store: every vector passes it, and none of another model does. */
export interface VectorGate {
  /** Opens the store for a model. @throws model_mismatch when what is stored is of another one */
  open(identity: ModelIdentity): Promise<void>;
  /** Vectors of texts to remember, all of the model that the store is open for. */
  embedPassages(texts: readonly string[], context: CallContext): Promise<Float32Array[]>;
  /** Vector of a text to look for. */
  embedQuery(text: string, context: CallContext): Promise<Float32Array>;
  /**
   * Runs `write`, and puts the vectors where the memories go: in its transaction where both are in one database, before it
   * where the store is another server, so that there is never a memory without a vector.
   * @param write gives the ids that it wrote; points of others, that were not there before, are taken back
   */
  store(
    points: readonly { memory: Memory; vector: Float32Array }[],
    write: (transaction: Database) => Promise<Set<string>>,
  ): Promise<Set<string>>;
  /** The next vectors may be of another model. */
  reset(): Promise<void>;
  /** The model of the stored vectors; undefined before the first one of this process. */
  identity(): ModelIdentity | undefined;
}

/** Texts per request to the embedder when they are many; it splits further by itself. */
const textsPerCall = 2_048;

/** Opens the store for the model that answers first; the store itself refuses another one than its vectors are of. */
export function createVectorGate(parts: { db: Database; embedder: TextEmbedder; store: VectorStore }): VectorGate {
  const { db, embedder, store } = parts;
  let opened: ModelIdentity | undefined;
  let opening: Promise<void> = Promise.resolve();

  /** One after the other: two at once could be for two models. */
  async function ensureOpen(identity: ModelIdentity): Promise<void> {
    if (opened !== undefined && isSameModel(opened, identity)) return;
    opening = opening
      .catch(() => undefined)
      .then(async () => {
        if (opened !== undefined && isSameModel(opened, identity)) return;
        await store.open(identity);
        opened = identity;
      });
    await opening;
  }

  async function embed(texts: readonly string[], inputType: "query" | "passage", context: CallContext): Promise<Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (let from = 0; from < texts.length; from += textsPerCall) {
      const answer = await embedder.embed({ texts: texts.slice(from, from + textsPerCall), inputType }, context);
      await ensureOpen(answer.identity);
      vectors.push(...answer.vectors);
    }
    return vectors;
  }

  return {
    open: ensureOpen,
    embedPassages: async (texts, context) => await embed(texts, "passage", context),
    async embedQuery(text, context) {
      const [vector] = await embed([text], "query", context);
      if (vector === undefined) throw new CodedError("inference_failed", "The embedder gave no vector.");
      return vector;
    },
    async store(points, write) {
      if (store.kind === "pgvector") {
        return await db.transaction(async (transaction) => {
          const written = await write(transaction);
          await store.upsert(
            points.filter(({ memory }) => written.has(memory.id)),
            transaction,
          );
          return written;
        });
      }
      await store.upsert(points);
      return await db.transaction(write);
    },
    async reset() {
      await store.removeAll();
      opened = undefined;
    },
    identity: () => opened,
  };
}
