import type { JobLog, JobQueue } from "@repo/app-kit/job-queue";
import type { Database, OpenDatabase } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import { and, asc, eq, inArray, isNull, or } from "drizzle-orm";
import { z } from "zod";
import { type Actor, systemActor } from "../access.ts";
import { readHistory, writeAudit } from "../audit-log.ts";
import { createFileStore } from "../files/file-store.ts";
import { inTransaction } from "../in-transaction.ts";
import { createListStore } from "../lists/list-store.ts";
import { artifacts, candidates, extractions } from "../schema.ts";
import type { SheetReader } from "../spaces.ts";
import { applyLists } from "./apply-reading.ts";
import { changeSheet } from "./change-sheet.ts";
import { readDayStatistics } from "./day-statistics.ts";
import { exportSheets } from "./export-sheets.ts";
import { countStatuses, findReviewQueue, listSheets, maySee, readBatch } from "./find-sheets.ts";
import type { ReadingRules } from "./judge-reading.ts";
import { purgeSheets } from "./purge-sheets.ts";
import { readSheetJob } from "./read-sheet-job.ts";
import { acceptSheet, correctSheet, removeSheet, setAttemptLock } from "./review-sheet.ts";
import { readSheet, toRenamedFilename, toSheetView, unknownSheet } from "./sheet-rows.ts";
import type { SheetService } from "./sheet-service.ts";
import type { CandidateView, SheetView } from "./sheet-views.ts";
import { type IntakeRules, storeSheet } from "./store-sheet.ts";

/** What {@link createSheetService} puts together. */
export interface SheetServiceParts {
  database: OpenDatabase;
  queue: JobQueue;
  reader: SheetReader;
  log: JobLog;
  reading: ReadingRules;
  intake: IntakeRules;
  maxListEntries: number;
  /** Sheets that this process has read at the same time; 0: none, another process does. */
  readingsAtOnce: number;
}

const day = 86_400;
const maxStatisticsDays = 366;

/** Sheets whose readings the lists may change: read, and decided by no person. */
const isMatchable = and(
  inArray(artifacts.workflowStatus, ["PENDING_REVIEW", "VALIDATED"]),
  or(isNull(artifacts.reviewOutcome), eq(artifacts.reviewOutcome, "automatic")),
);

/** Starts to work on sheets, those that an earlier process left included. */
export async function createSheetService(parts: SheetServiceParts): Promise<SheetService> {
  const { database, queue, reader, log, reading, intake, maxListEntries, readingsAtOnce } = parts;
  const { db } = database;
  const files = createFileStore(db);
  const lists = createListStore(db, { ...reading, maxEntries: maxListEntries, examTypes: intake.examTypes });
  const review = { db, rules: reading, examTypes: intake.examTypes };

  const jobs = await queue.define(
    "read-sheet",
    {
      schema: z.object({ sheetId: z.uuid() }),
      concurrency: Math.max(1, readingsAtOnce),
      isShort: true,
      expireInSeconds: day,
      // An attempt ends with every restart; what is really wrong, readSheetJob counts itself.
      retryLimit: 1_000,
      retryDelayMaxSeconds: 5,
    },
    readingsAtOnce === 0
      ? undefined
      : async ({ sheetId }, { signal }) => await readSheetJob({ db, files, lists, reader, rules: reading, log }, sheetId, signal),
  );
  const enqueueReading = async (id: string, transaction: Database): Promise<unknown> =>
    await jobs.enqueue({ sheetId: id }, { transaction, key: id });

  const rematches = await queue.define("rematch-sheets", { schema: z.object({}), retryLimit: 100 }, async (_data, { signal }) => {
    const rows = await db.select({ id: artifacts.artifactUuid, examType: artifacts.examType }).from(artifacts).where(isMatchable);
    for (const { id, examType } of rows) {
      if (signal.aborted) return "again";
      await applyLists(db, id, await lists.known(examType), reading);
      const { workflowStatus } = await readSheet(db, id);
      // The Space sees the writing and weighs every entry; what is accepted needs no more weighing.
      if (workflowStatus === "PENDING_REVIEW") await enqueueReading(id, db);
    }
  });

  const view = async (id: string): Promise<SheetView> => toSheetView(await readSheet(db, id));
  const readCandidates = async (id: string): Promise<CandidateView[]> => {
    const rows = await db
      .select()
      .from(candidates)
      .where(eq(candidates.artifactUuid, id))
      .orderBy(asc(candidates.field), asc(candidates.rank));
    return rows.map(({ crop, cropType: _type, id: _id, artifactUuid: _sheet, ...row }) => ({ ...row, hasCrop: crop !== null }));
  };

  return {
    upload: async (file, actor) => await storeSheet({ db, files, rules: intake, enqueueReading }, file, actor),
    async readAgain(id, actor) {
      await inTransaction(db, async (transaction) => {
        await changeSheet(
          transaction,
          id,
          { actor, action: "read-again" },
          ({ workflowStatus, attemptNumber, reviewOutcome, reviewReasons }) => {
            const mayBeRead =
              ["PENDING", "PENDING_REVIEW", "FAILED"].includes(workflowStatus) && attemptNumber === null && reviewOutcome === null;
            if (!mayBeRead) throw new CodedError("conflict", "This sheet has been decided on; it is not read again.");
            return {
              workflowStatus: "PENDING",
              errorMessage: null,
              reviewReasons: reviewReasons.filter((reason) => reason === "reported"),
            };
          },
        );
        await enqueueReading(id, transaction);
      });
      return await view(id);
    },

    async get(id, access) {
      const row = await readSheet(db, id);
      if (!maySee(access, row)) throw unknownSheet();
      const [found] = await db.select().from(extractions).where(eq(extractions.artifactUuid, id));
      const { artifactUuid: _sheet, createdAt: at, ...extraction } = found ?? { artifactUuid: id, createdAt: new Date(0) };
      return {
        ...toSheetView(row),
        candidates: await readCandidates(id),
        extraction: found === undefined ? null : { ...(extraction as Omit<typeof found, "artifactUuid" | "createdAt">), at },
      };
    },
    list: async (filter, paging, access) => await listSheets(db, filter, paging, access),
    reviewQueue: async (filter, paging) => await findReviewQueue(db, filter, paging),
    candidates: readCandidates,
    async crop(id, field, rank) {
      const [row] = await db
        .select({ crop: candidates.crop, type: candidates.cropType })
        .from(candidates)
        .where(and(eq(candidates.artifactUuid, id), eq(candidates.field, field), eq(candidates.rank, rank)));
      if (!row?.crop || row.type === null) throw new CodedError("not_found", "There is no picture of this reading.");
      return { bytes: row.crop, type: row.type };
    },
    async file(id, access) {
      const row = await readSheet(db, id);
      if (!maySee(access, row)) throw unknownSheet();
      const { mimeType: type, sizeBytes, fileHash } = row;
      return { name: toRenamedFilename(row) ?? row.originalFilename, type, sizeBytes, bytes: files.stream(fileHash) };
    },
    history: async (id) => await readHistory(db, id),
    batch: async (batchId, since) => await readBatch(db, batchId, since),

    async accept(id, change) {
      await acceptSheet(review, id, change);
      return await view(id);
    },
    async correct(id, correction, change) {
      await correctSheet(review, id, correction, change);
      return await view(id);
    },
    async setAttemptLock(id, isLocked, change) {
      await setAttemptLock(review, id, isLocked, change);
      return await view(id);
    },
    remove: async (id, change) => await removeSheet(review, id, change),
    purge: async (actor) => await purgeSheets(db, actor),

    lists: lists.list,
    importList: lists.import,
    removeList: lists.remove,
    async rematch(actor: Actor = systemActor) {
      const rows = await db.select({ id: artifacts.artifactUuid }).from(artifacts).where(isMatchable);
      await inTransaction(db, async (transaction) => {
        await writeAudit(transaction, { actor, action: "start-rematch", after: { sheets: rows.length } });
        await rematches.enqueue({}, { transaction, key: "rematch" });
      });
      return { queued: rows.length };
    },

    counts: async () => await countStatuses(db),
    statistics: async (days) => await readDayStatistics(db, Math.min(Math.max(Math.trunc(days), 1), maxStatisticsDays)),
    exportSheets: (format, filter) => exportSheets(db, format, filter),
  };
}
