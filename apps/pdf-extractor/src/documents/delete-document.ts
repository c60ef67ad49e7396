import { inTransaction } from "@repo/app-kit/in-transaction";
import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import { eq, sql } from "drizzle-orm";
import { documentImages, documents, pictures, searchPhotos, storedFiles } from "../schema.ts";

/** Files that nothing needs any more. */
export async function deleteUnusedFiles(transaction: Database): Promise<void> {
  await transaction.delete(storedFiles)
    .where(sql`not exists (select 1 from ${documents} where ${documents.fileHash} = ${storedFiles.sha256})
    and not exists (select 1 from ${pictures} where ${pictures.fileHash} = ${storedFiles.sha256} or ${pictures.thumbnailHash} = ${storedFiles.sha256})
    and not exists (select 1 from ${searchPhotos} where ${searchPhotos.id} = ${storedFiles.sha256})`);
}

/**
 * Deletes a document with the pictures that no other one shows. A picture of another document that was found as one of these
 * waits for vectors of its own.
 * @param enqueue puts the job of a document with such pictures into the queue
 * @throws CodedError not_found
 */
export async function deleteDocument(
  db: Database,
  id: string,
  enqueue: (id: string, transaction: Database) => Promise<unknown>,
): Promise<void> {
  await inTransaction(db, async (transaction) => {
    const removed = await transaction.delete(documents).where(eq(documents.id, id)).returning({ id: documents.id });
    if (removed.length === 0) throw new CodedError("not_found", "There is no such document.");
    await transaction
      .delete(pictures)
      .where(sql`not exists (select 1 from ${documentImages} where ${documentImages.pictureId} = ${pictures.id})`);
    const orphans = await transaction
      .update(pictures)
      .set({ status: "pending", duplicateOf: null })
      .where(sql`${pictures.duplicateOf} is not null and ${pictures.duplicateOf} not in (select id from ${pictures})`)
      .returning({ id: pictures.id });
    if (orphans.length > 0) {
      const affected = await transaction
        .update(documents)
        .set({ status: "queued", updatedAt: new Date() })
        .where(
          sql`${documents.status} = 'completed' and exists (select 1 from ${documentImages} join ${pictures} on ${pictures.id} = ${documentImages.pictureId} where ${documentImages.documentId} = ${documents.id} and ${pictures.status} = 'pending')`,
        )
        .returning({ id: documents.id });
      for (const document of affected) await enqueue(document.id, transaction);
    }
    await deleteUnusedFiles(transaction);
  });
}
