import { createFileStore } from "@repo/app-kit/file-store";
import type { JobLog, JobQueue } from "@repo/app-kit/job-queue";
import type { OpenDatabase } from "@repo/app-kit/open-database";
import { readHistory } from "../audit-log.ts";
import { createListStore } from "../lists/list-store.ts";
import { sheetFileTables } from "../schema.ts";
import type { SheetReader } from "../spaces.ts";
import { readDayStatistics } from "./day-statistics.ts";
import { exportSheets } from "./export-sheets.ts";
import { countStatuses, findReviewQueue, listSheets, readBatch } from "./find-sheets.ts";
import type { ReadingRules } from "./judge-reading.ts";
import { openFile, readCandidates, readCrop, readDetails } from "./look-at-sheet.ts";
import { purgeSheets } from "./purge-sheets.ts";
import { defineReadingJobs } from "./reading-jobs.ts";
import { acceptSheet, correctSheet, removeSheet, sendBackToReading, setAttemptLock } from "./review-sheet.ts";
import { readSheet, toSheetView } from "./sheet-rows.ts";
import type { SheetService } from "./sheet-service.ts";
import type { SheetView } from "./sheet-views.ts";
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

const maxStatisticsDays = 366;

/** Starts to work on sheets, those that an earlier process left included. */
export async function createSheetService(parts: SheetServiceParts): Promise<SheetService> {
  const { database, queue, reader, log, reading: rules, intake, maxListEntries, readingsAtOnce } = parts;
  const { db } = database;
  const files = createFileStore(db, sheetFileTables);
  const lists = createListStore(db, { ...rules, maxEntries: maxListEntries, examTypes: intake.examTypes });
  const { enqueueReading, startRematch } = await defineReadingJobs(queue, { db, files, lists, reader, rules, log }, readingsAtOnce);
  const review = { db, rules, examTypes: intake.examTypes };
  /** The sheet as it is after a change. */
  const after = async (id: string, change: Promise<void>): Promise<SheetView> => {
    await change;
    return toSheetView(await readSheet(db, id));
  };

  return {
    upload: async (file, actor) => await storeSheet({ db, files, rules: intake, enqueueReading }, file, actor),
    readAgain: async (id, actor) => await after(id, sendBackToReading(review, id, actor, enqueueReading)),

    get: async (id, access) => await readDetails(db, id, access),
    list: async (filter, paging, access) => await listSheets(db, filter, paging, access),
    reviewQueue: async (filter, paging) => await findReviewQueue(db, filter, paging),
    candidates: async (id) => await readCandidates(db, id),
    crop: async (id, field, rank) => await readCrop(db, id, field, rank),
    file: async (id, access) => await openFile(db, files, id, access),
    history: async (id) => await readHistory(db, id),
    batch: async (batchId, since) => await readBatch(db, batchId, since),

    accept: async (id, change) => await after(id, acceptSheet(review, id, change)),
    correct: async (id, correction, change) => await after(id, correctSheet(review, id, correction, change)),
    setAttemptLock: async (id, isLocked, change) => await after(id, setAttemptLock(review, id, isLocked, change)),
    remove: async (id, change) => await removeSheet(review, id, change),
    purge: async (actor) => await purgeSheets(db, actor),

    lists: lists.list,
    importList: lists.import,
    removeList: lists.remove,
    rematch: startRematch,

    counts: async () => await countStatuses(db),
    statistics: async (days) => await readDayStatistics(db, Math.min(Math.max(Math.trunc(days), 1), maxStatisticsDays)),
    exportSheets: (format, filter) => exportSheets(db, format, filter),
  };
}
