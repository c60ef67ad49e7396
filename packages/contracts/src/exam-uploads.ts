/** Routes of exam-middleware under /upload, as the original has them. */
import { z } from "zod";
import { pagingFields, sheetBody, workflowStatus } from "./exam-sheets.ts";
import { defineRoute } from "./route.ts";
import { storableText } from "./storable-text.ts";
import { fileField, filesField } from "./uploaded-file.ts";

/** What became of one file. */
export const fileUploadResponse = z.object({
  success: z.boolean(),
  message: z.string(),
  filename: z.string(),
  artifact_uuid: z.uuid().nullable(),
  parsed_register_number: z.string().nullable(),
  parsed_subject_code: z.string().nullable(),
  exam_type: z.string().nullable(),
  attempt_number: z.number().int().nullable(),
  attempt_2_locked: z.boolean().nullable(),
  workflow_status: workflowStatus.nullable(),
  duplicate: z.boolean().describe("true: the same bytes were stored before."),
  errors: z.array(z.string()),
});

const examType = storableText(20).optional().describe("Default the first configured one.");
const batchId = z.uuid().optional().describe("Uploads that belong together.");

/** `POST /upload/single`. */
export const uploadSingleRoute = defineRoute({
  method: "POST",
  path: "/upload/single",
  family: "fastapi",
  summary: "Store a sheet and have it read",
  bodies: ["multipart"],
  request: z.object({ file: fileField("PDF, JPEG, PNG, TIFF, BMP or WebP."), exam_type: examType, batch_id: batchId }),
  response: fileUploadResponse,
});

/** `POST /upload/bulk`. */
export const uploadBulkRoute = defineRoute({
  method: "POST",
  path: "/upload/bulk",
  family: "fastapi",
  summary: "Store many sheets and have them read",
  description: "A file that cannot be taken does not stop the others.",
  bodies: ["multipart"],
  request: z.object({ files: filesField("Up to 100 files."), exam_type: examType, batch_id: batchId }),
  response: z.object({
    total_files: z.number().int(),
    successful: z.number().int(),
    failed: z.number().int(),
    results: z.array(fileUploadResponse),
  }),
});

const identities = z.object({
  items: z
    .array(z.object({ reg_no: storableText(40), subject_code: storableText(40), exam_type: examType }))
    .max(1_000)
    .describe("Up to 1,000."),
});

/** `POST /upload/check-duplicates`. */
export const checkDuplicatesRoute = defineRoute({
  method: "POST",
  path: "/upload/check-duplicates",
  family: "fastapi",
  summary: "Which students' sheets are here already",
  request: identities,
  response: z.object({
    results: z.array(
      z.object({
        reg_no: z.string(),
        subject_code: z.string(),
        exam_type: z.string(),
        exists: z.boolean(),
        status: workflowStatus.nullable(),
        uploaded_at: z.iso.datetime().nullable(),
        attempt_2_locked: z.boolean().nullable(),
        max_attempt: z.number().int().describe("Highest attempt that is taken; 0: none."),
        can_upload_as_attempt_2: z.boolean(),
      }),
    ),
  }),
});

/** `POST /upload/validate-mappings`. */
export const validateMappingsRoute = defineRoute({
  method: "POST",
  path: "/upload/validate-mappings",
  family: "fastapi",
  summary: "Whether Moodle takes these students' sheets",
  request: identities,
  response: z.object({
    results: z.array(
      z.object({
        reg_no: z.string(),
        subject_code: z.string(),
        subject_mapped: z.boolean().describe("Whether an assignment takes sheets of the subject."),
        student_mapped: z.boolean().describe("Whether the student's Moodle account is known."),
      }),
    ),
  }),
});

const pageOfArtifacts = z.object({ artifacts: z.array(sheetBody), total: z.number().int() });
const listRequest = z.object({ ...pagingFields, exam_type: examType, search: storableText(200).optional() });

/** `GET /upload/all`. */
export const allUploadsRoute = defineRoute({
  method: "GET",
  path: "/upload/all",
  family: "fastapi",
  summary: "Every sheet, newest first",
  request: listRequest,
  response: pageOfArtifacts,
});

/** `GET /upload/pending`. */
export const pendingUploadsRoute = defineRoute({
  method: "GET",
  path: "/upload/pending",
  family: "fastapi",
  summary: "Sheets that wait to be read, to be looked at or to be submitted",
  request: listRequest,
  response: pageOfArtifacts,
});

/** `GET /upload/auto-processed`. */
export const autoProcessedRoute = defineRoute({
  method: "GET",
  path: "/upload/auto-processed",
  family: "fastapi",
  summary: "Sheets that were accepted without a person",
  request: listRequest,
  response: z.object({ auto_processed: z.array(sheetBody), count: z.number().int() }),
});

/** `GET /upload/stats`. */
export const uploadStatsRoute = defineRoute({
  method: "GET",
  path: "/upload/stats",
  family: "fastapi",
  summary: "How many sheets are in each state",
  response: z.object({ stats: z.record(workflowStatus, z.number().int()), total: z.number().int() }),
});
