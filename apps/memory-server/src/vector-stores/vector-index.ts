import type { Database } from "@repo/app-kit/open-database";
import { describeModel } from "@repo/client-kit/model-mismatch";
import { CodedError } from "@repo/contracts/coded-error";
import { isSameModel, type ModelIdentity } from "@repo/contracts/model-info";
import { eq, sql } from "drizzle-orm";
import { memories, vectorIndex } from "../schema.ts";

/** Where vectors are, and of which model they are. */
export interface VectorIndexEntry {
  store: "pgvector" | "qdrant";
  collection: string;
  identity: ModelIdentity;
}

/** What the way out of any mismatch is called on the command line. */
export const reembedCommand = "pnpm --filter @repo/memory-server reembed";

function describe({ store, collection, identity }: VectorIndexEntry): string {
  return `${describeModel(identity)}, in ${store === "qdrant" ? `Qdrant's collection ${collection}` : "this database (pgvector)"}`;
}

/** Which vectors belong to the memories of this database; undefined before the first ones. */
export async function readVectorIndex(db: Database): Promise<VectorIndexEntry | undefined> {
  const [row] = await db.select().from(vectorIndex).where(eq(vectorIndex.id, 1));
  if (row === undefined) return undefined;
  const { store, collection, model, revision, dimensions } = row;
  return { store: store === "qdrant" ? "qdrant" : "pgvector", collection, identity: { model, revision, dimensions } };
}

/**
 * Notes which vectors belong to the memories of this database, or checks that it is these.
 * @returns known: these it is; new: there was no entry, or no memory that it mattered to
 * @throws model_mismatch when there are memories whose vectors are elsewhere or of another model
 */
export async function claimVectorIndex(db: Database, wanted: VectorIndexEntry): Promise<"known" | "new"> {
  return await db.transaction(async (transaction) => {
    // Two processes that start at once: the second one waits here and then sees the row of the first.
    await transaction.execute(sql`lock table ${vectorIndex} in share row exclusive mode`);
    const known = await readVectorIndex(transaction);
    if (known !== undefined) {
      const isSamePlace = known.store === wanted.store && known.collection === wanted.collection;
      const isSame = isSamePlace && isSameModel(known.identity, wanted.identity);
      const [memory] = await transaction.select({ id: memories.id }).from(memories).limit(1);
      if (memory !== undefined && !isSame) throw mismatch(known, wanted);
      if (isSame) return memory === undefined ? "new" : "known";
    }
    const row = { id: 1, store: wanted.store, collection: wanted.collection, ...wanted.identity };
    await transaction.insert(vectorIndex).values(row).onConflictDoUpdate({ target: vectorIndex.id, set: row });
    return "new";
  });
}

/** The next claim may name anything. */
export async function forgetVectorIndex(db: Database): Promise<void> {
  await db.delete(vectorIndex);
}

function mismatch(known: VectorIndexEntry, wanted: VectorIndexEntry): CodedError {
  const isSame = isSameModel(known.identity, wanted.identity);
  const problem = isSame
    ? `The memories' vectors are elsewhere: ${describe(known)}; the configuration says ${describe(wanted)}.`
    : `The memories' vectors are of ${describe(known)}; the configuration now has ${describe(wanted)}. The two cannot be compared.`;
  return new CodedError(
    "model_mismatch",
    `${problem} Go back to the former ${isSame ? "place" : "model"}, or embed every memory anew: ${reembedCommand}`,
    { details: { expected: known.identity, actual: wanted.identity } },
  );
}
