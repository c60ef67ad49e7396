import type { JobLog, JobQueue } from "@repo/app-kit/job-queue";
import type { Database, OpenDatabase } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import type { ImportView } from "@repo/contracts/memory-transfer";
import { z } from "zod";
import type { MemoryService } from "../../memories/memory-service.ts";
import { runImport } from "./import-job.ts";
import { cancelImport, type ImportRow, listImports, moveImport, readImport, removeAbandonedUploads, toImportView } from "./import-store.ts";
import { abandonedAfterMs, beginImport, type NewImport, stageUpload } from "./stage-upload.ts";
import { defaultTransferLimits, type TransferLimits } from "./transfer-limits.ts";

/** Files that arrive at the same time; each holds a few megabytes. */
const maxUploads = 8;
/** Imports that one process works on at the same time, so that a small one need not wait for a large one. */
const importsAtOnce = 2;
const day = 86_400;

/** What {@link createTransferService} puts together. */
export interface TransferParts {
  database: OpenDatabase;
  memories: Pick<MemoryService, "insertBatch">;
  queue: JobQueue;
  log: JobLog;
  /** What keeps the Space from answering, for people; null when nothing is known. */
  explainWait?: () => string | null;
  limits?: Partial<TransferLimits>;
}

/** Imports of memories; a `userId` limits them to those of one user. */
export interface TransferService {
  /**
   * Stores a file's lines, all or none, and starts to make memories of them.
   * @throws CodedError invalid_request, payload_too_large, overloaded
   */
  begin(values: NewImport, bytes: AsyncIterable<Uint8Array>): Promise<ImportView>;
  list(userId: string | undefined): Promise<ImportView[]>;
  /** @throws CodedError not_found */
  read(id: string, userId: string | undefined): Promise<ImportView>;
  /** Stops an import; what has become a memory stays. @throws CodedError not_found */
  cancel(id: string, userId: string | undefined): Promise<ImportView>;
  /** Goes on with a failed import. @throws CodedError not_found */
  retry(id: string, userId: string | undefined): Promise<ImportView>;
}

/** Starts to work on imports, those that an earlier process left included. */
export async function createTransferService(parts: TransferParts): Promise<TransferService> {
  const { database, memories, queue, log, limits, explainWait } = parts;
  const { db } = database;
  let uploads = 0;
  const job = await queue.define(
    "import-memories",
    {
      schema: z.object({ importId: z.uuid() }),
      concurrency: importsAtOnce,
      expireInSeconds: day,
      // An attempt ends with every restart; what is really wrong, runImport counts itself.
      retryLimit: 1_000,
      retryDelayMaxSeconds: 5,
      onFailed: async ({ importId }, reason) =>
        void (await moveImport(db, importId, ["queued", "running"], { state: "failed", message: reason })),
    },
    async ({ importId }, { signal }) => await runImport({ db, memories, log, explainWait }, importId, signal),
  );
  const enqueue = async (id: string, transaction: Database): Promise<unknown> =>
    await job.enqueue({ importId: id }, { transaction, key: id });
  // The embedded database serves this process only, so whatever was arriving there was cut off.
  await removeAbandonedUploads(db, new Date(database.kind === "pglite" ? Date.now() + day : Date.now() - abandonedAfterMs));

  async function receive(values: NewImport, bytes: AsyncIterable<Uint8Array>): Promise<ImportRow> {
    const { row, isNew } = await beginImport(db, values);
    if (isNew) return await stageUpload({ db, limits: { ...defaultTransferLimits, ...limits }, enqueue }, row, bytes);
    // Read to its end: most clients look for the answer only when they have sent everything.
    for await (const chunk of bytes) void chunk;
    return await readImport(db, row.id, undefined);
  }

  return {
    begin: async (values, bytes) => {
      if (uploads >= maxUploads) throw new CodedError("overloaded", `${maxUploads} files are already arriving.`, { retryAfterMs: 5_000 });
      uploads += 1;
      try {
        return toImportView(await receive(values, bytes));
      } finally {
        uploads -= 1;
      }
    },
    list: async (userId) => (await listImports(db, userId)).map(toImportView),
    read: async (id, userId) => toImportView(await readImport(db, id, userId)),
    cancel: async (id, userId) => {
      await readImport(db, id, userId);
      await cancelImport(db, id);
      return toImportView(await readImport(db, id, userId));
    },
    retry: async (id, userId) => {
      await readImport(db, id, userId);
      await db.transaction(async (transaction) => {
        const moved = await moveImport(transaction, id, ["failed"], { state: "queued" });
        if (moved !== undefined) await enqueue(id, transaction);
      });
      return toImportView(await readImport(db, id, userId));
    },
  };
}
