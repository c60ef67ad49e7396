import { inTransaction } from "@repo/app-kit/in-transaction";
import type { Database } from "@repo/app-kit/open-database";
import { normalizeEntry } from "@repo/contracts/answer-sheet-options";
import { CodedError } from "@repo/contracts/coded-error";
import { matchesPattern } from "@repo/contracts/field-pattern";
import type { Actor } from "../access.ts";
import type { ReviewReason, WorkflowStatus } from "../schema.ts";
import { claimAttempt, restoreFirstAttempt, type SheetIdentity, supersede } from "./attempts.ts";
import { changeSheet, type SheetPatch } from "./change-sheet.ts";
import type { ReadingRules } from "./judge-reading.ts";
import type { SheetRow } from "./sheet-rows.ts";
import type { Change, Correction } from "./sheet-service.ts";
import { toExamType } from "./store-sheet.ts";

/** What reviews are decided by. */
export interface ReviewParts {
  db: Database;
  rules: ReadingRules;
  examTypes: readonly string[];
}

/** While a sheet is in one of these states, what it says may still be changed. */
const openStates = new Set<WorkflowStatus>(["PENDING", "PENDING_REVIEW", "VALIDATED", "READY_FOR_REVIEW", "FAILED"]);
/** Once the first attempt is in one of these states, staff may open the second. */
const submittedStates = new Set<WorkflowStatus>(["SUBMITTED_TO_LMS", "COMPLETED"]);

function assertOpen({ workflowStatus }: SheetRow): void {
  if (openStates.has(workflowStatus)) return;
  const why =
    workflowStatus === "DELETED"
      ? "This sheet was deleted."
      : workflowStatus === "SUPERSEDED"
        ? "A second attempt has taken this sheet's place."
        : "This sheet is submitted, or about to be; it cannot be changed any more.";
  throw new CodedError("conflict", why, { details: { status: workflowStatus } });
}

function assertWellFormed(identity: SheetIdentity, { registerPattern, subjectPattern }: ReadingRules): void {
  if (!matchesPattern(registerPattern, identity.registerNumber)) {
    throw new CodedError("invalid_request", `A register number looks like ${registerPattern.source}.`, {
      details: { field: "register_number" },
    });
  }
  if (!matchesPattern(subjectPattern, identity.subjectCode)) {
    throw new CodedError("invalid_request", `A subject code looks like ${subjectPattern.source}.`, { details: { field: "subject_code" } });
  }
}

const claimMessages = {
  duplicate: "Another sheet of this student, subject and exam type holds the first attempt, and the second is locked.",
  attempt_limit: "This student has two attempts in this subject and exam type already.",
} as const;

const toReviewer = ({ id }: Actor, isStaff: boolean) => ({ reviewedBy: isStaff ? id : null, reviewedAt: new Date() });

/** Puts what a person says in force. */
async function decide(
  { db, rules }: ReviewParts,
  id: string,
  { actor, version }: Change,
  action: { name: "accept" | "correct"; toIdentity: (row: SheetRow) => SheetIdentity },
): Promise<void> {
  await inTransaction(db, async (transaction) => {
    await changeSheet(transaction, id, { actor, action: action.name, version }, async (row) => {
      assertOpen(row);
      const identity = action.toIdentity(row);
      assertWellFormed(identity, rules);
      const isSame =
        identity.registerNumber === row.parsedRegNo && identity.subjectCode === row.parsedSubjectCode && identity.examType === row.examType;
      if (!isSame) await restoreFirstAttempt(transaction, row, actor);
      const claim =
        isSame && row.attemptNumber !== null ? { attemptNumber: row.attemptNumber } : await claimAttempt(transaction, id, identity);
      if ("reason" in claim && action.name === "accept") {
        throw new CodedError("conflict", claimMessages[claim.reason], {
          details: { reason: claim.reason, duplicate_of: claim.duplicateOf },
        });
      }
      if ("takesPlaceOf" in claim && claim.takesPlaceOf !== undefined) await supersede(transaction, claim.takesPlaceOf, actor);
      const base: SheetPatch = {
        parsedRegNo: identity.registerNumber,
        parsedSubjectCode: identity.subjectCode,
        examType: identity.examType,
        attemptNumber: claim.attemptNumber,
        ...toReviewer(actor, actor.type === "staff" || actor.type === "administrator"),
        errorMessage: null,
        waitingFor: null,
      };
      // A reading that was corrected once stays counted as one, however often it is accepted afterwards.
      const outcome = isSame && row.reviewOutcome !== "corrected" ? "accepted" : "corrected";
      if ("reason" in claim) {
        const reviewReasons: ReviewReason[] = [claim.reason];
        return { ...base, workflowStatus: "PENDING_REVIEW", reviewReasons, reviewOutcome: outcome, duplicateOf: claim.duplicateOf };
      }
      return {
        ...base,
        workflowStatus: "VALIDATED",
        reviewReasons: [],
        reviewOutcome: outcome,
        duplicateOf: null,
        validatedAt: row.validatedAt ?? new Date(),
      };
    });
  });
}

/** See SheetService.accept. */
export async function acceptSheet(parts: ReviewParts, id: string, change: Change): Promise<void> {
  await decide(parts, id, change, {
    name: "accept",
    toIdentity: ({ parsedRegNo, parsedSubjectCode, examType }) => {
      if (parsedRegNo === null || parsedSubjectCode === null)
        throw new CodedError("invalid_request", "Register number or subject code is missing; type what stands on the sheet.");
      return { registerNumber: parsedRegNo, subjectCode: parsedSubjectCode, examType };
    },
  });
}

/** See SheetService.correct. */
export async function correctSheet(parts: ReviewParts, id: string, correction: Correction, change: Change): Promise<void> {
  await decide(parts, id, change, {
    name: "correct",
    toIdentity: ({ parsedRegNo, parsedSubjectCode, examType }) => ({
      registerNumber: normalizeEntry(correction.registerNumber ?? parsedRegNo ?? ""),
      subjectCode: normalizeEntry(correction.subjectCode ?? parsedSubjectCode ?? ""),
      examType: correction.examType === undefined ? examType : toExamType(correction.examType, parts.examTypes),
    }),
  });
}

/** See SheetService.setAttemptLock. */
export async function setAttemptLock({ db }: ReviewParts, id: string, isLocked: boolean, { actor, version }: Change): Promise<void> {
  await inTransaction(db, async (transaction) => {
    await changeSheet(transaction, id, { actor, action: isLocked ? "lock-attempt" : "unlock-attempt", version }, (row) => {
      if (row.attemptNumber !== 1) throw new CodedError("conflict", "Only the sheet of a first attempt opens the second one.");
      if (!isLocked && !submittedStates.has(row.workflowStatus))
        throw new CodedError("conflict", "The second attempt can be opened once the first one is submitted.");
      return { attempt2Locked: isLocked };
    });
  });
}

/** See SheetService.remove. */
export async function removeSheet({ db }: ReviewParts, id: string, { actor, version }: Change): Promise<void> {
  await inTransaction(db, async (transaction) => {
    await changeSheet(transaction, id, { actor, action: "delete", version }, async (row) => {
      if (row.workflowStatus === "DELETED") return undefined;
      if (["QUEUED", "UPLOADING", "SUBMITTING"].includes(row.workflowStatus))
        throw new CodedError("conflict", "This sheet is on its way to Moodle; wait until that is over.");
      await restoreFirstAttempt(transaction, row, actor);
      return { workflowStatus: "DELETED", attemptNumber: null, waitingFor: null };
    });
  });
}

/** See SheetService.readAgain. */
export async function sendBackToReading(
  { db }: ReviewParts,
  id: string,
  actor: Actor,
  enqueueReading: (id: string, transaction: Database) => Promise<void>,
): Promise<void> {
  await inTransaction(db, async (transaction) => {
    await changeSheet(transaction, id, { actor, action: "read-again" }, (row) => {
      const isWaiting = ["PENDING", "PENDING_REVIEW", "FAILED"].includes(row.workflowStatus);
      if (!isWaiting || row.attemptNumber !== null || row.reviewOutcome !== null)
        throw new CodedError("conflict", "This sheet has been decided on; it is not read again.");
      const reviewReasons = row.reviewReasons.filter((reason) => reason === "reported");
      return { workflowStatus: "PENDING", errorMessage: null, reviewReasons };
    });
    await enqueueReading(id, transaction);
  });
}
