import type { auditEntryBody, listBody, SheetBody, sheetDetailsBody } from "@repo/contracts/exam-sheets";
import type { z } from "zod";
import type { AuditEntry, ListView, SheetDetails, SheetView } from "./sheet-views.ts";

const at = (moment: Date | null): string | null => moment?.toISOString() ?? null;

/** A sheet as the API answers with it. */
export function toSheetBody(sheet: SheetView): SheetBody {
  return {
    artifact_uuid: sheet.id,
    version: sheet.version,
    workflow_status: sheet.status,
    original_filename: sheet.originalFilename,
    renamed_filename: sheet.renamedFilename,
    exam_type: sheet.examType,
    parsed_reg_no: sheet.registerNumber,
    parsed_subject_code: sheet.subjectCode,
    register_confidence: sheet.registerConfidence,
    subject_confidence: sheet.subjectConfidence,
    review_reasons: sheet.reasons,
    review_outcome: sheet.outcome,
    attempt_number: sheet.attemptNumber,
    attempt_2_locked: sheet.attempt2Locked,
    duplicate_of: sheet.duplicateOf,
    waiting_for: sheet.waitingFor,
    error_message: sheet.errorMessage,
    file_hash: sheet.sha256,
    file_size_bytes: sheet.sizeBytes,
    mime_type: sheet.mimeType,
    batch_id: sheet.batchId,
    uploaded_by_staff_id: sheet.uploadedBy,
    reviewed_by: sheet.reviewedBy,
    uploaded_at: sheet.uploadedAt.toISOString(),
    extracted_at: at(sheet.extractedAt),
    reviewed_at: at(sheet.reviewedAt),
    submit_timestamp: at(sheet.submittedAt),
    updated_at: sheet.updatedAt.toISOString(),
  };
}

/** A sheet with everything that is known of it. */
export function toSheetDetailsBody(sheet: SheetDetails): z.input<typeof sheetDetailsBody> {
  const { extraction } = sheet;
  return {
    ...toSheetBody(sheet),
    candidates: sheet.candidates.map(({ detectionConfidence, hasCrop, ...reading }) => ({
      ...reading,
      detection_confidence: detectionConfidence,
      crop_url: hasCrop ? `/sheets/${sheet.id}/crops/${reading.field}/${reading.rank}` : null,
    })),
    extraction: extraction && {
      mode: extraction.mode,
      model: extraction.model,
      page: extraction.page,
      pages: extraction.pages,
      rotation: extraction.rotation,
      skew_degrees: extraction.skewDegrees,
      regions_found: extraction.regionsFound,
      warnings: extraction.warnings,
      timings_ms: extraction.timingsMs,
      at: extraction.at.toISOString(),
    },
  };
}

/** A change. */
export function toAuditBody(entry: AuditEntry): z.input<typeof auditEntryBody> {
  return {
    id: entry.id,
    at: entry.at.toISOString(),
    actor_type: entry.actor.type,
    actor_id: entry.actor.id,
    action: entry.action,
    artifact_uuid: entry.sheetId,
    before: entry.before,
    after: entry.after,
    request_id: entry.requestId,
  };
}

/** A list. */
export function toListBody({ id, kind, name, examType, entries, createdAt }: ListView): z.input<typeof listBody> {
  return { id, kind, name, exam_type: examType, entries, created_at: createdAt.toISOString() };
}
