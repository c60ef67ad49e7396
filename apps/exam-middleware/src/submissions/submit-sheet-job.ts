import type { FileStore } from "@repo/app-kit/file-store";
import { inTransaction } from "@repo/app-kit/in-transaction";
import type { JobContext } from "@repo/app-kit/job-definition";
import type { EnqueueOptions, JobLog } from "@repo/app-kit/job-queue";
import type { Database } from "@repo/app-kit/open-database";
import type { SecretBox } from "@repo/app-kit/secret-box";
import { CodedError } from "@repo/contracts/coded-error";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { systemActor } from "../access.ts";
import type { Moodle, MoodleFile } from "../moodle/moodle.ts";
import { submissionQueue } from "../schema.ts";
import { changeSheet, type SheetPatch } from "../sheets/change-sheet.ts";
import { readSheet, type SheetWithFile, toRenamedFilename } from "../sheets/sheet-rows.ts";
import { handIn, type HandInStep } from "./hand-in.ts";

/** One try of one submission; a job of another try than the row's is out of date. */
export const submissionJobSchema = z.object({ submissionId: z.uuid(), tries: z.number().int().min(0) });
/** Data of a job. */
export type SubmissionJob = z.output<typeof submissionJobSchema>;
/** A row of the queue. */
export type SubmissionRow = typeof submissionQueue.$inferSelect;

/** What {@link submitSheetJob} works with. */
export interface SubmitSheetParts {
  db: Database;
  files: FileStore;
  moodle: Moodle;
  box: SecretBox;
  log: JobLog;
  firstPauseMs?: number;
  enqueue(job: SubmissionJob, options: EnqueueOptions): Promise<void>;
}

/** Tries after the first: with pauses from 30 s to an hour they reach over about six hours. */
const maxRetries = 12;
const maxPauseMs = 60 * 60 * 1000;
const lostToken = "The sign-in at Moodle is no longer good; sign in again and submit once more.";

/** The name in Moodle; the second attempt has another one, so that it is told apart. */
function toName(sheet: SheetWithFile, attempt: number | null): string {
  const name = toRenamedFilename(sheet) ?? sheet.artifactUuid;
  return attempt === 2 ? name.replace(/(\.[a-z]+)?$/, "_2$1") : name;
}

/** What changes at a step. */
interface Move {
  row: Partial<SubmissionRow>;
  sheet: SheetPatch;
  /** The next try, put in with the change. */
  job?: [SubmissionJob, startAfter: Date];
}

/** Does submissions: one try per job, and the next try is a job of its own, so that people can see when it comes. */
export function submitSheetJob({ db, files, moodle, box, log, firstPauseMs = 30_000, enqueue }: SubmitSheetParts) {
  const findRow = async (id: string): Promise<SubmissionRow | undefined> =>
    (await db.select().from(submissionQueue).where(eq(submissionQueue.id, id)))[0];

  /** Changes row and sheet together, unless the submission is over. */
  async function move(id: string, action: string, { row: values, sheet: patch, job }: Move) {
    await inTransaction(db, async (transaction) => {
      const [row] = await transaction.select().from(submissionQueue).where(eq(submissionQueue.id, id));
      if (row === undefined) return;
      await changeSheet(transaction, row.artifactUuid, { actor: systemActor, action }, async () => {
        const [current] = await transaction.select().from(submissionQueue).where(eq(submissionQueue.id, id));
        if (current === undefined || current.status === "COMPLETED" || current.status === "FAILED") return undefined;
        await transaction
          .update(submissionQueue)
          .set({ ...values, updatedAt: new Date() })
          .where(eq(submissionQueue.id, id));
        if (job !== undefined) {
          const [data, startAfter] = job;
          await enqueue(data, { transaction, key: `${id}:${data.tries}`, startAfter });
        }
        return patch;
      });
    });
  }

  /** Over: the sheet is the student's to submit again. */
  async function fail(id: string, reason: string, isTokenLost = false): Promise<void> {
    const values: Partial<SubmissionRow> = { status: "FAILED", lastError: reason, nextRetryAt: null };
    if (isTokenLost) values.moodleTokenEncrypted = null;
    await move(id, "submission-failed", {
      row: values,
      sheet: { workflowStatus: "VALIDATED", errorMessage: reason, waitingFor: null },
    });
  }

  async function tryLater(row: SubmissionRow, error: CodedError): Promise<void> {
    const tries = row.retryCount + 1;
    if (tries > maxRetries) return await fail(row.id, error.message);
    const pauseMs = Math.max(error.retryAfterMs ?? 0, Math.min(maxPauseMs, firstPauseMs * 2 ** row.retryCount));
    const nextRetryAt = new Date(Date.now() + pauseMs);
    const values = { status: "QUEUED", retryCount: tries, nextRetryAt, lastError: error.message } as const;
    const patch: SheetPatch = { workflowStatus: "QUEUED", waitingFor: error.message };
    await move(row.id, "submission-delayed", { row: values, sheet: patch, job: [{ submissionId: row.id, tries }, nextRetryAt] });
  }

  async function submit(row: SubmissionRow): Promise<void> {
    const token = row.moodleTokenEncrypted === null ? undefined : box.open(row.moodleTokenEncrypted, row.registerNumber);
    if (token === undefined) return await fail(row.id, lostToken, true);
    const sheet = await readSheet(db, row.artifactUuid);
    if (sheet.parsedRegNo !== row.registerNumber || sheet.moodleAssignmentId === null) {
      return await fail(row.id, "The sheet has changed since it was submitted.");
    }
    const file: MoodleFile = {
      name: toName(sheet, sheet.attemptNumber),
      type: sheet.mimeType,
      bytes: await files.read(sheet.fileHash),
    };
    const earlierNames = [toName(sheet, 1), toName(sheet, 2)];
    const tell = async (step: HandInStep): Promise<void> => {
      const patch: SheetPatch = { workflowStatus: step.status, waitingFor: null };
      if (step.status === "SUBMITTING") patch.moodleDraftItemId = step.draftItemId;
      await move(row.id, step.status.toLowerCase(), { row: { status: step.status, nextRetryAt: null }, sheet: patch });
    };
    const result = await handIn(moodle, { token, assignmentId: sheet.moodleAssignmentId, file, earlierNames }, tell);
    const now = new Date();
    await move(row.id, "submitted", {
      row: { status: "COMPLETED", lastError: null, nextRetryAt: null, moodleTokenEncrypted: null },
      sheet: {
        workflowStatus: result.isFinal ? "COMPLETED" : "SUBMITTED_TO_LMS",
        moodleSubmissionId: result.submissionId,
        submittedAt: now,
        completedAt: result.isFinal ? now : null,
        errorMessage: null,
        waitingFor: null,
      },
    });
  }

  return {
    fail: async (submissionId: string, reason: string): Promise<void> => await fail(submissionId, reason),
    run: async ({ submissionId, tries }: SubmissionJob, { signal }: Pick<JobContext, "signal">): Promise<void | "again"> => {
      const row = await findRow(submissionId);
      if (row === undefined || row.retryCount !== tries || row.status === "COMPLETED" || row.status === "FAILED") return undefined;
      try {
        await submit(row);
        return undefined;
      } catch (thrown) {
        if (signal.aborted) return "again";
        // What Moodle did not say is this app's own trouble; the queue tries again by itself.
        if (!CodedError.isInstance(thrown)) throw thrown;
        log.warn({ submission: submissionId, tries, code: thrown.code, moodle: thrown.details?.["moodle"] }, "Moodle did not take a sheet");
        if (thrown.code === "unauthorized") await fail(submissionId, lostToken, true);
        else if (thrown.retryable) await tryLater(row, thrown);
        else await fail(submissionId, thrown.message);
        return undefined;
      }
    },
  };
}
