import type { Database } from "@repo/app-kit/open-database";
import { walkSheets } from "./find-sheets.ts";
import { type SheetWithFile, toRenamedFilename } from "./sheet-rows.ts";
import type { SheetFilter } from "./sheet-service.ts";

type Value = string | number | boolean | null;

/** A sheet as an export shows it. Confidences 0..1, moments ISO 8601. */
function toRecord(row: SheetWithFile): Record<string, Value> {
  const at = (moment: Date | null): string | null => moment?.toISOString() ?? null;
  return {
    artifact_uuid: row.artifactUuid,
    register_number: row.parsedRegNo,
    subject_code: row.parsedSubjectCode,
    exam_type: row.examType,
    attempt_number: row.attemptNumber,
    workflow_status: row.workflowStatus,
    review_outcome: row.reviewOutcome,
    review_reasons: row.reviewReasons.join(" "),
    register_confidence: row.registerConfidence,
    subject_confidence: row.subjectConfidence,
    duplicate_of: row.duplicateOf,
    original_filename: row.originalFilename,
    renamed_filename: toRenamedFilename(row),
    sha256: row.fileHash,
    size_bytes: row.sizeBytes,
    mime_type: row.mimeType,
    uploaded_at: at(row.uploadedAt),
    extracted_at: at(row.extractedAt),
    reviewed_at: at(row.reviewedAt),
    submitted_at: at(row.submittedAt),
  };
}

const columns = [
  "artifact_uuid",
  "register_number",
  "subject_code",
  "exam_type",
  "attempt_number",
  "workflow_status",
  "review_outcome",
  "review_reasons",
  "register_confidence",
  "subject_confidence",
  "duplicate_of",
  "original_filename",
  "renamed_filename",
  "sha256",
  "size_bytes",
  "mime_type",
  "uploaded_at",
  "extracted_at",
  "reviewed_at",
  "submitted_at",
] as const;

/**
 * A cell that a spreadsheet program shows and never runs: text that it would take for a formula gets an apostrophe.
 * @source OWASP, "CSV Injection"; quoting by RFC 4180 section 2
 */
export function toCsvCell(value: Value): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const safe = /^[=+\-@\t\r\n|%＝＋－＠]/.test(value) ? `'${value}` : value;
  return /[",\r\n;]/.test(safe) || safe !== value ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Sheets in pieces of text, newest first: CSV with a header and CRLF, or one JSON object {"sheets": [...]}. */
export async function* exportSheets(db: Database, format: "csv" | "json", filter: SheetFilter): AsyncGenerator<string> {
  // The mark tells spreadsheet programs that it is UTF-8.
  yield format === "csv" ? `\uFEFF${columns.join(",")}\r\n` : '{"sheets":[';
  let isFirst = true;
  for await (const row of walkSheets(db, filter)) {
    const record = toRecord(row);
    if (format === "csv") yield `${columns.map((column) => toCsvCell(record[column] ?? null)).join(",")}\r\n`;
    else yield `${isFirst ? "" : ","}\n${JSON.stringify(record)}`;
    isFirst = false;
  }
  if (format === "json") yield "\n]}\n";
}
