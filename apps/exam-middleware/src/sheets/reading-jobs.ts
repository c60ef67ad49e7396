import { inTransaction } from "@repo/app-kit/in-transaction";
import type { JobQueue } from "@repo/app-kit/job-queue";
import type { Database } from "@repo/app-kit/open-database";
import { and, eq, inArray, isNull, or } from "drizzle-orm";
import { z } from "zod";
import type { Actor } from "../access.ts";
import { writeAudit } from "../audit-log.ts";
import { artifacts } from "../schema.ts";
import { applyLists } from "./apply-reading.ts";
import type { KnownEntries } from "./judge-reading.ts";
import { type ReadSheetParts, readSheetJob } from "./read-sheet-job.ts";
import { readSheet } from "./sheet-rows.ts";

/** The work that is done behind the pages. */
export interface ReadingJobs {
  /** Puts the reading of a sheet into the queue; while it waits or runs, not again. */
  enqueueReading(id: string, transaction: Database): Promise<void>;
  /** See SheetService.rematch. */
  startRematch(actor: Actor): Promise<{ queued: number }>;
}

const day = 86_400;

/** Sheets whose readings the lists may change: read, and decided by no person. */
const isMatchable = and(
  inArray(artifacts.workflowStatus, ["PENDING_REVIEW", "VALIDATED"]),
  or(isNull(artifacts.reviewOutcome), eq(artifacts.reviewOutcome, "automatic")),
);

/** Holds what was read against the lists, sheet by sheet. Starting again from the front changes nothing twice. */
async function rematchSheets({ db, lists, rules }: ReadSheetParts, enqueue: ReadingJobs["enqueueReading"], signal: AbortSignal) {
  const known = new Map<string, KnownEntries>();
  const rows = await db.select({ id: artifacts.artifactUuid, examType: artifacts.examType }).from(artifacts).where(isMatchable);
  for (const { id, examType } of rows) {
    if (signal.aborted) return "again";
    const entries = known.get(examType) ?? (await lists.known(examType));
    known.set(examType, entries);
    await applyLists(db, id, entries, rules);
    const { workflowStatus } = await readSheet(db, id);
    // The Space sees the writing and weighs every entry; what is accepted needs no more weighing.
    if (workflowStatus === "PENDING_REVIEW") await enqueue(id, db);
  }
  return undefined;
}

/**
 * Declares the jobs and starts to work on them, on those that an earlier process left too.
 * @param readingsAtOnce sheets that this process has read at the same time; 0: none, another process does
 */
export async function defineReadingJobs(queue: JobQueue, parts: ReadSheetParts, readingsAtOnce: number): Promise<ReadingJobs> {
  const { db } = parts;
  const readings = await queue.define(
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
    readingsAtOnce === 0 ? undefined : async ({ sheetId }, { signal }) => await readSheetJob(parts, sheetId, signal),
  );
  const enqueueReading = async (id: string, transaction: Database): Promise<void> =>
    void (await readings.enqueue({ sheetId: id }, { transaction, key: id }));
  const rematches = await queue.define(
    "rematch-sheets",
    { schema: z.object({}), retryLimit: 100, expireInSeconds: day },
    async (_data, { signal }) => await rematchSheets(parts, enqueueReading, signal),
  );
  return {
    enqueueReading,
    startRematch: async (actor) => {
      const rows = await db.select({ id: artifacts.artifactUuid }).from(artifacts).where(isMatchable);
      await inTransaction(db, async (transaction) => {
        await writeAudit(transaction, { actor, action: "start-rematch", after: { sheets: rows.length } });
        await rematches.enqueue({}, { transaction, key: "rematch" });
      });
      return { queued: rows.length };
    },
  };
}
