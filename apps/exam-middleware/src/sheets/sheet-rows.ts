import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import { eq, getTableColumns } from "drizzle-orm";
import { toExtension } from "../files/file-kind.ts";
import { artifacts, sheetFiles } from "../schema.ts";
import type { SheetView } from "./sheet-views.ts";

/** A row of a sheet. */
export type SheetRow = typeof artifacts.$inferSelect;

/** A sheet with what is known of its file: what a view is made from. */
export interface SheetWithFile extends SheetRow {
  sizeBytes: number;
  mimeType: string;
}

/** Columns of {@link SheetWithFile}; join sheetFiles. */
export const sheetColumns = { ...getTableColumns(artifacts), sizeBytes: sheetFiles.sizeBytes, mimeType: sheetFiles.mimeType };

/** One sheet, deleted ones included. @throws CodedError not_found */
export async function readSheet(db: Database, id: string): Promise<SheetWithFile> {
  const [row] = await db
    .select(sheetColumns)
    .from(artifacts)
    .innerJoin(sheetFiles, eq(sheetFiles.sha256, artifacts.fileHash))
    .where(eq(artifacts.artifactUuid, id));
  if (row === undefined) throw unknownSheet();
  return row;
}

/** The error for a sheet that is not there, or that is not the asking person's. */
export function unknownSheet(): CodedError {
  return new CodedError("not_found", "There is no such sheet.");
}

/** Name by register number, subject code and exam type, with the ending of what the file really is; null while one is missing. */
export function toRenamedFilename(row: Pick<SheetWithFile, "parsedRegNo" | "parsedSubjectCode" | "examType" | "mimeType">): string | null {
  const { parsedRegNo, parsedSubjectCode, examType, mimeType } = row;
  if (parsedRegNo === null || parsedSubjectCode === null) return null;
  return `${parsedRegNo}_${parsedSubjectCode}_${examType}${toExtension(mimeType)}`;
}

/** The row as the app shows it. */
export function toSheetView(row: SheetWithFile): SheetView {
  return {
    id: row.artifactUuid,
    version: row.version,
    status: row.workflowStatus,
    originalFilename: row.originalFilename,
    renamedFilename: toRenamedFilename(row),
    examType: row.examType,
    registerNumber: row.parsedRegNo,
    subjectCode: row.parsedSubjectCode,
    registerConfidence: row.registerConfidence,
    subjectConfidence: row.subjectConfidence,
    confidence: row.confidence,
    reasons: row.reviewReasons,
    outcome: row.reviewOutcome,
    attemptNumber: row.attemptNumber,
    attempt2Locked: row.attempt2Locked,
    duplicateOf: row.duplicateOf,
    waitingFor: row.waitingFor,
    errorMessage: row.errorMessage,
    sha256: row.fileHash,
    sizeBytes: row.sizeBytes,
    mimeType: row.mimeType,
    batchId: row.batchId,
    uploadedBy: row.uploadedByStaffId,
    reviewedBy: row.reviewedBy,
    uploadedAt: row.uploadedAt,
    extractedAt: row.extractedAt,
    reviewedAt: row.reviewedAt,
    submittedAt: row.submittedAt,
    updatedAt: row.updatedAt,
  };
}
