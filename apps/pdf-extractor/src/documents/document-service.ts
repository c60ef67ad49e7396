import { createFileStore, type FileStore } from "@repo/app-kit/file-store";
import { inTransaction } from "@repo/app-kit/in-transaction";
import type { JobQueue } from "@repo/app-kit/job-queue";
import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import { and, eq, inArray, notInArray, sql } from "drizzle-orm";
import { z } from "zod";
import { documentImages, documents, storedFileTables } from "../schema.ts";
import { forgetVectors } from "../vector-index.ts";
import { changeDocument } from "./change-document.ts";
import { deleteDocument } from "./delete-document.ts";
import { type DocumentView, listDocuments, readDocument } from "./document-views.ts";
import { type ProcessParts, processDocument } from "./process-document.ts";
import { storeDocument, type UploadOutcome } from "./store-document.ts";

/** Documents, from the upload to their pictures' vectors. */
export interface DocumentService {
  /** See storeDocument. */
  upload(file: { bytes: Uint8Array; name: string }): Promise<UploadOutcome>;
  list(page: { limit: number; offset?: number }): Promise<{ documents: DocumentView[]; total: number }>;
  /** @throws CodedError not_found */
  get(id: string): Promise<DocumentView>;
  /** The PDF itself. @throws CodedError not_found */
  file(id: string): Promise<{ bytes: AsyncIterable<Uint8Array>; sizeBytes: number; filename: string }>;
  /** Goes on with a document that was stopped or failed. @throws CodedError not_found, conflict when it is under way or done */
  resume(id: string): Promise<DocumentView>;
  /** See deleteDocument. */
  delete(id: string): Promise<void>;
  /** Throws all vectors away and has every picture embedded by the present model. @returns pictures that wait now */
  reembed(): Promise<number>;
}

/** What {@link createDocumentService} needs. */
export interface DocumentServiceOptions extends Omit<ProcessParts, "files"> {
  queue: JobQueue;
  maxFileBytes: number;
  /** Documents that this process works on at the same time; 0: none, another process does. */
  jobsAtOnce: number;
}

const day = 86_400;

async function resumeDocument(db: Database, id: string, enqueue: (id: string, transaction: Database) => Promise<unknown>): Promise<void> {
  await inTransaction(db, async (transaction) => {
    const changed = await transaction
      .update(documents)
      .set({ status: "queued", waitingFor: null, errorMessage: null, updatedAt: new Date() })
      .where(and(eq(documents.id, id), inArray(documents.status, ["stopped", "failed"])))
      .returning({ id: documents.id });
    if (changed.length === 0) {
      const { status } = await readDocument(transaction, id);
      throw new CodedError("conflict", `The document is ${status}; only one that was stopped or failed can be resumed.`);
    }
    await enqueue(id, transaction);
  });
}

async function reembedDocuments(db: Database, enqueue: (id: string, transaction: Database) => Promise<unknown>): Promise<number> {
  const waiting = await forgetVectors(db);
  await inTransaction(db, async (transaction) => {
    const rows = await transaction
      .update(documents)
      .set({ status: "queued", waitingFor: null, updatedAt: new Date() })
      .where(
        and(
          notInArray(documents.status, ["failed", "extracting"]),
          sql`exists (select 1 from ${documentImages} where ${documentImages.documentId} = ${documents.id})`,
        ),
      )
      .returning({ id: documents.id });
    for (const { id } of rows) await enqueue(id, transaction);
  });
  return waiting;
}

/** A process can be killed between the end of a job and a word of a person that let it go on. */
async function enqueueUnfinished(db: Database, enqueue: (id: string, transaction: Database) => Promise<unknown>): Promise<void> {
  const rows = await db
    .select({ id: documents.id })
    .from(documents)
    .where(inArray(documents.status, ["queued", "extracting", "embedding"]));
  for (const { id } of rows) await enqueue(id, db);
}

/** Declares the jobs and starts to work on them, on those that an earlier process left too. */
export async function createDocumentService(options: DocumentServiceOptions): Promise<DocumentService> {
  const { db, queue, maxFileBytes, jobsAtOnce } = options;
  const files: FileStore = createFileStore(db, storedFileTables);
  const parts: ProcessParts = { ...options, files };
  const jobs = await queue.define(
    "process-document",
    {
      schema: z.object({ documentId: z.uuid() }),
      concurrency: Math.max(1, jobsAtOnce),
      expireInSeconds: day,
      // An attempt ends with every restart; what is really wrong, processDocument counts itself.
      retryLimit: 1_000,
      retryDelayMaxSeconds: 5,
      onFailed: async ({ documentId }, reason) =>
        await changeDocument(db, documentId, { status: "failed", errorMessage: reason, waitingFor: null }),
    },
    jobsAtOnce === 0 ? undefined : async ({ documentId }, { signal }) => await processDocument(parts, documentId, signal),
  );
  const enqueue = async (id: string, transaction: Database): Promise<void> =>
    void (await jobs.enqueue({ documentId: id }, { transaction, key: id }));
  await enqueueUnfinished(db, enqueue);

  return {
    upload: async (file) => await storeDocument({ db, files, maxFileBytes, enqueue }, file),
    list: async (page) => await listDocuments(db, page),
    get: async (id) => await readDocument(db, id),
    async file(id) {
      const [row] = await db
        .select({ fileHash: documents.fileHash, filename: documents.filename })
        .from(documents)
        .where(eq(documents.id, id));
      const stored = row && (await files.find(row.fileHash));
      if (row === undefined || stored === undefined) throw new CodedError("not_found", "There is no such document.");
      return { bytes: files.stream(row.fileHash), sizeBytes: stored.sizeBytes, filename: row.filename };
    },
    async resume(id) {
      await resumeDocument(db, id, enqueue);
      return await readDocument(db, id);
    },
    delete: async (id) => await deleteDocument(db, id, enqueue),
    reembed: async () => await reembedDocuments(db, enqueue),
  };
}
