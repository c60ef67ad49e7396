import type { Database } from "@repo/app-kit/open-database";
import { describeModel } from "@repo/client-kit/model-mismatch";
import { CodedError } from "@repo/contracts/coded-error";
import { isSameModel, type ModelIdentity } from "@repo/contracts/model-info";
import { eq, sql } from "drizzle-orm";
import { pictures, pictureVectors, searchPhotos, vectorIndex } from "./schema.ts";

/** The model of vectors, and the method of those of aspects. */
export interface VectorOrigin {
  identity: ModelIdentity;
  aspectRevision: string;
}

/** What the way out of any mismatch is called on the command line. */
export const reembedCommand = "pnpm --filter @repo/pdf-extractor reembed";

/** Where the stored vectors come from; undefined before the first ones. */
export async function readVectorIndex(db: Database): Promise<VectorOrigin | undefined> {
  const [row] = await db.select().from(vectorIndex).where(eq(vectorIndex.id, 1));
  if (row === undefined) return undefined;
  const { model, revision, dimensions, aspectRevision } = row;
  return { identity: { model, revision, dimensions }, aspectRevision };
}

/** Vectors of these two origins can be compared. */
export function isSameOrigin(a: VectorOrigin, b: VectorOrigin): boolean {
  return isSameModel(a.identity, b.identity) && a.aspectRevision === b.aspectRevision;
}

/** @throws model_mismatch unless vectors of `actual` can be compared with the stored ones */
export function assertSameOrigin(known: VectorOrigin, actual: VectorOrigin): void {
  if (isSameOrigin(known, actual)) return;
  const what = isSameModel(known.identity, actual.identity)
    ? `The model's words for colours and materials have changed (${known.aspectRevision} before, ${actual.aspectRevision} now).`
    : `The stored vectors are of ${describeModel(known.identity)}, and ${describeModel(actual.identity)} answers now. The two cannot be compared.`;
  throw new CodedError("model_mismatch", `${what} Go back to the former model, or embed every picture anew: ${reembedCommand}`, {
    details: { expected: known, actual },
  });
}

/**
 * Notes where the vectors come from that are written in the same transaction, or checks that it is where the others do.
 * @throws model_mismatch
 */
export async function claimVectorIndex(transaction: Database, origin: VectorOrigin): Promise<void> {
  // The lock keeps whoever throws the vectors away waiting until these are written.
  await transaction.execute(sql`select 1 from ${vectorIndex} for share`);
  const known = await readVectorIndex(transaction);
  if (known !== undefined) {
    assertSameOrigin(known, origin);
    return;
  }
  // Two processes that write the first vectors: the second one waits here and then sees the row of the first.
  await transaction.execute(sql`lock table ${vectorIndex} in share row exclusive mode`);
  const now = await readVectorIndex(transaction);
  if (now !== undefined) assertSameOrigin(now, origin);
  else await transaction.insert(vectorIndex).values({ id: 1, ...origin.identity, aspectRevision: origin.aspectRevision });
}

/** Throws all vectors away and marks every picture as without; the next ones may be of any model. @returns pictures that wait now */
export async function forgetVectors(db: Database): Promise<number> {
  return await db.transaction(async (transaction) => {
    await transaction.execute(sql`lock table ${vectorIndex} in share row exclusive mode`);
    await transaction.delete(vectorIndex);
    await transaction.execute(sql`truncate ${pictureVectors}`);
    await transaction.delete(searchPhotos);
    const waiting = await transaction
      .update(pictures)
      .set({ status: "pending", labels: null, color: null, texture: null, material: null, style: null, errorMessage: null })
      .where(sql`${pictures.status} in ('embedded', 'failed')`)
      .returning({ id: pictures.id });
    return waiting.length;
  });
}
