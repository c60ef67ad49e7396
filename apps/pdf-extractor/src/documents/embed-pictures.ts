import type { FileStore } from "@repo/app-kit/file-store";
import { inTransaction } from "@repo/app-kit/in-transaction";
import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import { type AspectItem, aspects, type AspectVectors } from "@repo/contracts/visual-embedding";
import { and, eq, sql } from "drizzle-orm";
import type { CatalogueEmbedder } from "../catalogue-embedder.ts";
import { type CallPrices, explainBudget } from "../ai-calls/budget.ts";
import type { CallLog } from "../ai-calls/call-log.ts";
import { documentImages, type PictureLabels, pictures, pictureVectors, type VectorKind } from "../schema.ts";
import { claimVectorIndex } from "../vector-index.ts";
import { toVectorText } from "../vector-text.ts";

/** What {@link embedPictures} works with. */
export interface EmbedParts {
  db: Database;
  files: FileStore;
  embedder: CatalogueEmbedder;
  calls: CallLog;
  prices: CallPrices;
  /** Pictures per call. */
  batchSize: number;
}

interface WaitingPicture {
  id: string;
  fileHash: string;
}

/** What is wrong with the picture and not with the way to the Space. */
const fileCodes = new Set<string>(["invalid_request", "unsupported_media_type", "payload_too_large", "input_too_long"]);
/** Labels kept per aspect. */
const labelsPerAspect = 5;

/** Pictures of the document that have no vectors yet, in the order of its pages. */
async function findWaiting(db: Database, documentId: string, limit: number): Promise<WaitingPicture[]> {
  const first = sql`min((${documentImages.pageNumber})::bigint * 1000000 + ${documentImages.position})`;
  return await db
    .select({ id: pictures.id, fileHash: pictures.fileHash })
    .from(pictures)
    .innerJoin(documentImages, eq(documentImages.pictureId, pictures.id))
    .where(and(eq(documentImages.documentId, documentId), eq(pictures.status, "pending")))
    .groupBy(pictures.id)
    .orderBy(first)
    .limit(limit);
}

function toKinds({ vector, aspects: found }: AspectItem): [VectorKind, Float32Array][] {
  const ofAspects = aspects.map((aspect): [VectorKind, Float32Array] => [aspect, found[aspect].vector]);
  // A vector of zeros points nowhere: cosine has no answer for it.
  return [["base", vector] as [VectorKind, Float32Array], ...ofAspects].filter(([, values]) => values.some((value) => value !== 0));
}

/** Stores the answer to one call. The same again changes nothing. */
async function storeVectors(db: Database, batch: readonly WaitingPicture[], answer: AspectVectors): Promise<void> {
  const { model, revision } = answer.identity;
  await inTransaction(db, async (transaction) => {
    await claimVectorIndex(transaction, { identity: answer.identity, aspectRevision: answer.aspectRevision });
    const rows = batch.flatMap(({ id }, index) =>
      toKinds(answer.items[index] as AspectItem).map(([kind, values]) => ({
        pictureId: id,
        kind,
        model,
        revision,
        embedding: sql<number[]>`${toVectorText(values)}::halfvec`,
      })),
    );
    await transaction
      .insert(pictureVectors)
      .values(rows)
      .onConflictDoUpdate({
        target: [pictureVectors.pictureId, pictureVectors.kind],
        set: { model: sql`excluded.model`, revision: sql`excluded.revision`, embedding: sql`excluded.embedding` },
      });
    for (const [index, { id }] of batch.entries()) {
      const { aspects: found } = answer.items[index] as AspectItem;
      const labels = Object.fromEntries(aspects.map((aspect) => [aspect, found[aspect].labels])) as PictureLabels;
      const first = Object.fromEntries(aspects.map((aspect) => [aspect, labels[aspect][0]?.label ?? null]));
      await transaction
        .update(pictures)
        .set({ status: "embedded", labels, ...first, errorMessage: null })
        .where(eq(pictures.id, id));
    }
  });
}

async function failPicture(db: Database, { id }: WaitingPicture, message: string): Promise<void> {
  await db.update(pictures).set({ status: "failed", errorMessage: message }).where(eq(pictures.id, id));
}

/**
 * Gives every picture of a document its vectors, a batch per call; what is stored is not computed again.
 * @returns why it stopped before the end, for people; undefined when all is done
 * @throws CodedError what keeps the Space from answering; model_mismatch
 */
export async function embedPictures(parts: EmbedParts, documentId: string, signal: AbortSignal): Promise<string | undefined> {
  const { db, files, embedder, calls, prices, batchSize } = parts;
  for (let size = batchSize; ;) {
    signal.throwIfAborted();
    const batch = await findWaiting(db, documentId, size);
    if (batch.length === 0) return undefined;
    const reason = await explainBudget(calls, prices, batch.length * prices.perImage);
    if (reason !== undefined) return reason;
    const images = await Promise.all(batch.map(async ({ fileHash }) => ({ bytes: await files.read(fileHash) })));
    try {
      const answer = await embedder.embedAspects(images, { topLabels: labelsPerAspect }, { signal });
      if (answer.items.length !== batch.length)
        throw new CodedError("inference_failed", `The Space answered ${answer.items.length} vectors for ${batch.length} pictures.`);
      await storeVectors(db, batch, answer);
      size = batchSize;
    } catch (thrown) {
      if (!CodedError.isInstance(thrown) || !fileCodes.has(thrown.code)) throw thrown;
      const broken = batch.length === 1 ? batch[0] : batch[Number(thrown.details?.["index"] ?? Number.NaN)];
      if (broken !== undefined) await failPicture(db, broken, thrown.remote?.said ?? thrown.message);
      // It does not say which one: one by one it shows.
      else size = 1;
    }
  }
}
