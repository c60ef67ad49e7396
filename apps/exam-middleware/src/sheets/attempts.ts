import type { Database } from "@repo/app-kit/open-database";
import { and, asc, eq, isNotNull, ne, notInArray, sql } from "drizzle-orm";
import type { Actor } from "../access.ts";
import { artifacts } from "../schema.ts";
import { changeSheet } from "./change-sheet.ts";
import type { SheetRow } from "./sheet-rows.ts";

/** What a place is held for. */
export interface SheetIdentity {
  registerNumber: string;
  subjectCode: string;
  examType: string;
}

/** A place, or why there is none. */
export type Claim =
  | { attemptNumber: 1 | 2; takesPlaceOf?: string }
  | { attemptNumber: null; reason: "duplicate" | "attempt_limit"; duplicateOf: string };

const sameSheets = ({ registerNumber, subjectCode, examType }: SheetIdentity) =>
  and(eq(artifacts.parsedRegNo, registerNumber), eq(artifacts.parsedSubjectCode, subjectCode), eq(artifacts.examType, examType));

/**
 * Finds the place of a sheet among the attempts of its student, subject and exam type: the first one, or the second where
 * staff have opened it. The transaction holds that student's places until it ends, so that two sheets never get the same.
 */
export async function claimAttempt(transaction: Database, id: string, identity: SheetIdentity): Promise<Claim> {
  const key = `${identity.registerNumber}/${identity.subjectCode}/${identity.examType}`;
  await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
  const taken = await transaction
    .select({ id: artifacts.artifactUuid, attemptNumber: artifacts.attemptNumber, isLocked: artifacts.attempt2Locked })
    .from(artifacts)
    .where(
      and(
        sameSheets(identity),
        ne(artifacts.artifactUuid, id),
        isNotNull(artifacts.attemptNumber),
        ne(artifacts.workflowStatus, "DELETED"),
      ),
    )
    .orderBy(asc(artifacts.attemptNumber));
  const [first] = taken;
  const second = taken.find(({ attemptNumber }) => attemptNumber === 2);
  if (second !== undefined) return { attemptNumber: null, reason: "attempt_limit", duplicateOf: second.id };
  if (first === undefined) return { attemptNumber: 1 };
  if (first.isLocked) return { attemptNumber: null, reason: "duplicate", duplicateOf: first.id };
  return { attemptNumber: 2, takesPlaceOf: first.id };
}

/** Another sheet of the same student, subject and exam type, whether it holds a place or waits for a person. */
export async function findDuplicate(db: Database, id: string, identity: SheetIdentity): Promise<string | undefined> {
  const [found] = await db
    .select({ id: artifacts.artifactUuid })
    .from(artifacts)
    .where(and(sameSheets(identity), ne(artifacts.artifactUuid, id), notInArray(artifacts.workflowStatus, ["DELETED", "SUPERSEDED"])))
    .orderBy(asc(artifacts.uploadedAt))
    .limit(1);
  return found?.id;
}

/** The first attempt steps back when the second one is accepted. */
export async function supersede(transaction: Database, id: string, actor: Actor): Promise<void> {
  await changeSheet(transaction, id, { actor, action: "supersede" }, () => ({ workflowStatus: "SUPERSEDED" }));
}

/** When a second attempt turns out to be none, the first one is in force again. */
export async function restoreFirstAttempt(transaction: Database, row: SheetRow, actor: Actor): Promise<void> {
  if (row.attemptNumber !== 2 || row.parsedRegNo === null || row.parsedSubjectCode === null) return;
  const identity = { registerNumber: row.parsedRegNo, subjectCode: row.parsedSubjectCode, examType: row.examType };
  const [first] = await transaction
    .select({ id: artifacts.artifactUuid, completedAt: artifacts.completedAt })
    .from(artifacts)
    .where(and(sameSheets(identity), eq(artifacts.attemptNumber, 1), eq(artifacts.workflowStatus, "SUPERSEDED")));
  if (first === undefined) return;
  const workflowStatus = first.completedAt === null ? "SUBMITTED_TO_LMS" : "COMPLETED";
  await changeSheet(transaction, first.id, { actor, action: "restore" }, () => ({ workflowStatus }));
}
