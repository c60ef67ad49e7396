import { createHash, randomUUID } from "node:crypto";
import type { FileStore } from "@repo/app-kit/file-store";
import { inTransaction } from "@repo/app-kit/in-transaction";
import type { JobKind, JobLog, JobQueue } from "@repo/app-kit/job-queue";
import type { Database } from "@repo/app-kit/open-database";
import type { SecretBox } from "@repo/app-kit/secret-box";
import { CodedError } from "@repo/contracts/coded-error";
import { and, desc, eq, ne } from "drizzle-orm";
import { type Actor, systemActor } from "../access.ts";
import type { Moodle } from "../moodle/moodle.ts";
import type { StudentSessions } from "../people/student-sessions.ts";
import { artifacts, subjectMappings, submissionQueue, type WorkflowStatus } from "../schema.ts";
import { changeSheet } from "../sheets/change-sheet.ts";
import { type SheetRow, unknownSheet } from "../sheets/sheet-rows.ts";
import { type SubmissionJob, submissionJobSchema, type SubmissionRow, submitSheetJob } from "./submit-sheet-job.ts";
import type { SubmissionService, SubmissionView } from "./submission-service.ts";

/** What {@link createSubmissionService} puts together. */
export interface SubmissionParts {
  db: Database;
  queue: JobQueue;
  files: FileStore;
  moodle: Moodle;
  sessions: Pick<StudentSessions, "sealedMoodleToken">;
  /** Opens the students' Moodle tokens; their owner is the register number. */
  box: SecretBox;
  log: JobLog;
  /** Sheets that this process hands in at the same time. Default 2; 0: none, another process does. */
  atOnce?: number;
  /** Pause before the second try, milliseconds; it doubles with each further one. Default 30,000. */
  firstPauseMs?: number;
}

/** Times that a killed process's job is taken over. */
const maxTakeovers = 100;
/** Longest try, seconds: five calls of Moodle, each of which has its own limit. */
const longestTrySeconds = 900;

const submittable = new Set<WorkflowStatus>(["VALIDATED", "READY_FOR_REVIEW"]);
const underWay = new Set<WorkflowStatus>(["QUEUED", "UPLOADING", "SUBMITTING"]);

function toView(row: SheetRow, submission: SubmissionRow | undefined): SubmissionView {
  const hasFailed = submission?.status === "FAILED" && submittable.has(row.workflowStatus);
  return {
    artifactUuid: row.artifactUuid,
    status: hasFailed ? "FAILED" : row.workflowStatus,
    retryCount: submission?.retryCount ?? 0,
    lastError: submission?.lastError ?? null,
    nextRetryAt: submission?.nextRetryAt ?? null,
    moodleSubmissionId: row.moodleSubmissionId,
    submittedAt: row.submittedAt,
  };
}

/** Id of what is submitted, the same for the same sheet whoever asks. Source: the original system's rule. */
function toTransactionId({ parsedRegNo, parsedSubjectCode, examType, fileHash }: SheetRow): string {
  return createHash("sha256").update([parsedRegNo, parsedSubjectCode, examType, fileHash].join(":")).digest("hex").slice(0, 32);
}

function assertSubmittable(row: SheetRow): void {
  if (row.workflowStatus === "SUBMITTED_TO_LMS" || row.workflowStatus === "COMPLETED") {
    throw new CodedError("conflict", "This sheet is submitted already.", { details: { status: row.workflowStatus } });
  }
  if (!submittable.has(row.workflowStatus) || row.attemptNumber === null) {
    throw new CodedError("conflict", "This sheet is not ready: staff must accept its reading first.", {
      details: { status: row.workflowStatus },
    });
  }
}

async function findMapping(transaction: Database, { parsedSubjectCode, examType }: SheetRow) {
  const isIt = and(
    eq(subjectMappings.subjectCode, parsedSubjectCode ?? ""),
    eq(subjectMappings.examType, examType),
    eq(subjectMappings.isActive, true),
  );
  const [mapping] = await transaction.select().from(subjectMappings).where(isIt);
  if (mapping !== undefined) return mapping;
  throw new CodedError("conflict", `No assignment in Moodle is known for ${parsedSubjectCode} (${examType}); ask the examination office.`);
}

/** Starts to work on submissions, those that an earlier process left included. */
export async function createSubmissionService(parts: SubmissionParts): Promise<SubmissionService> {
  const { db, queue, sessions } = parts;
  // A job that an earlier process left may run before the queue is handed over.
  const defined = Promise.withResolvers<JobKind<SubmissionJob>>();
  const work = submitSheetJob({ ...parts, enqueue: async (job, options) => void (await (await defined.promise).enqueue(job, options)) });
  const jobs = await queue.define(
    "submit-sheet",
    {
      schema: submissionJobSchema,
      concurrency: Math.max(1, parts.atOnce ?? 2),
      retryLimit: maxTakeovers,
      expireInSeconds: longestTrySeconds,
      onFailed: async ({ submissionId }, reason) => await work.fail(submissionId, reason),
    },
    parts.atOnce === 0 ? undefined : work.run,
  );
  defined.resolve(jobs);

  const findSubmission = async (connection: Database, artifactUuid: string): Promise<SubmissionRow | undefined> =>
    (
      await connection
        .select()
        .from(submissionQueue)
        .where(eq(submissionQueue.artifactUuid, artifactUuid))
        .orderBy(desc(submissionQueue.createdAt))
        .limit(1)
    )[0];

  /** Puts a sheet in that is locked by the caller. */
  async function enqueue(transaction: Database, row: SheetRow, sealed: { sealed: string; moodleUsername: string }) {
    const mapping = await findMapping(transaction, row);
    const id = randomUUID();
    const registerNumber = row.parsedRegNo ?? "";
    await transaction.delete(submissionQueue).where(eq(submissionQueue.artifactUuid, row.artifactUuid));
    await transaction.insert(submissionQueue).values({
      id,
      artifactUuid: row.artifactUuid,
      registerNumber,
      moodleUsername: sealed.moodleUsername,
      moodleTokenEncrypted: sealed.sealed,
    });
    await jobs.enqueue({ submissionId: id, tries: 0 }, { transaction, key: `${id}:0` });
    return {
      workflowStatus: "QUEUED",
      moodleCourseId: mapping.moodleCourseId,
      moodleAssignmentId: mapping.moodleAssignmentId,
      moodleUsername: sealed.moodleUsername,
      submittedByRegisterNumber: registerNumber,
      transactionId: toTransactionId(row),
      errorMessage: null,
      waitingFor: null,
    } as const;
  }

  return {
    submit: async (artifactUuid, { registerNumber, sessionId }) => {
      // Before the transaction: the embedded database has one connection, which the transaction holds.
      const sealed = await sessions.sealedMoodleToken(registerNumber, sessionId);
      return await inTransaction(db, async (transaction) => {
        const actor: Actor = { type: "student", id: registerNumber };
        const row = await changeSheet(transaction, artifactUuid, { actor, action: "submit" }, async (sheet) => {
          if (sheet.parsedRegNo !== registerNumber || sheet.workflowStatus === "DELETED") throw unknownSheet();
          if (underWay.has(sheet.workflowStatus)) return undefined;
          assertSubmittable(sheet);
          if (sealed === undefined) throw new CodedError("unauthorized", "Your session has ended; sign in again.");
          return await enqueue(transaction, sheet, sealed);
        });
        return toView(row, await findSubmission(transaction, artifactUuid));
      });
    },
    status: async (artifactUuid, registerNumber) => {
      const [row] = await db.select().from(artifacts).where(eq(artifacts.artifactUuid, artifactUuid));
      if (row === undefined || row.workflowStatus === "DELETED") throw unknownSheet();
      if (registerNumber !== undefined && row.parsedRegNo !== registerNumber) throw unknownSheet();
      return toView(row, await findSubmission(db, artifactUuid));
    },
    list: async () => {
      const rows = await db
        .select({ sheet: artifacts, submission: submissionQueue })
        .from(submissionQueue)
        .innerJoin(artifacts, eq(artifacts.artifactUuid, submissionQueue.artifactUuid))
        .where(and(ne(submissionQueue.status, "COMPLETED"), ne(artifacts.workflowStatus, "DELETED")))
        .orderBy(desc(submissionQueue.createdAt));
      return rows.map(({ sheet, submission }) => toView(sheet, submission));
    },
    retry: async (artifactUuid) => {
      const failed = await findSubmission(db, artifactUuid);
      if (failed?.status !== "FAILED") throw new CodedError("conflict", "This sheet's submission has not failed.");
      const { registerNumber, moodleTokenEncrypted: kept, moodleUsername } = failed;
      const sealed = (await sessions.sealedMoodleToken(registerNumber)) ?? (kept === null ? undefined : { sealed: kept, moodleUsername });
      if (sealed === undefined) {
        throw new CodedError(
          "conflict",
          "Only the student can submit, and must sign in again to do so: the Moodle token is no longer good.",
        );
      }
      return await inTransaction(db, async (transaction) => {
        const row = await changeSheet(transaction, artifactUuid, { actor: systemActor, action: "retry-submission" }, async (sheet) => {
          if (underWay.has(sheet.workflowStatus)) return undefined;
          assertSubmittable(sheet);
          // The reading may have been corrected since: then it is another student's to submit.
          if (sheet.parsedRegNo !== registerNumber) throw new CodedError("conflict", "The sheet is another student's now.");
          return await enqueue(transaction, sheet, sealed);
        });
        return toView(row, await findSubmission(transaction, artifactUuid));
      });
    },
  };
}
