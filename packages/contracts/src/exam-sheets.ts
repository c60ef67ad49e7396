/** Sheets of exam-middleware as its API tells about them, and the routes under /sheets. */
import { z } from "zod";
import { sheetFields } from "./answer-sheets.ts";
import { defineRoute } from "./route.ts";
import { storableText } from "./storable-text.ts";
import { fileField } from "./uploaded-file.ts";

/** Where a sheet is on its way. */
export const workflowStatus = z
  .enum([
    "PENDING",
    "PENDING_REVIEW",
    "VALIDATED",
    "READY_FOR_REVIEW",
    "LOCKED_BY_USER",
    "QUEUED",
    "UPLOADING",
    "SUBMITTING",
    "SUBMITTED_TO_LMS",
    "COMPLETED",
    "FAILED",
    "DELETED",
    "SUPERSEDED",
  ])
  .describe("PENDING: waits to be read; PENDING_REVIEW: a person must look; VALIDATED: accepted; the rest is submission.");

const moment = z.iso.datetime().nullable();
const confidence = z.number().min(0).max(1).nullable().describe("Probability that the value is right, 0 to 1; null: not read.");

/** A sheet. */
export const sheetBody = z.object({
  artifact_uuid: z.uuid(),
  version: z.number().int().describe("Goes up with every change; send it back with yours."),
  workflow_status: workflowStatus,
  original_filename: z.string(),
  renamed_filename: z.string().nullable(),
  exam_type: z.string(),
  parsed_reg_no: z.string().nullable(),
  parsed_subject_code: z.string().nullable(),
  register_confidence: confidence,
  subject_confidence: confidence,
  review_reasons: z.array(z.string()).describe("Why a person must look; empty when nobody needs to."),
  review_outcome: z.enum(["automatic", "accepted", "corrected"]).nullable(),
  attempt_number: z.number().int().nullable().describe("1 or 2; null until the reading is accepted."),
  attempt_2_locked: z.boolean(),
  duplicate_of: z.uuid().nullable().describe("Another sheet of the same student, subject and exam type."),
  waiting_for: z.string().nullable().describe("For people."),
  error_message: z.string().nullable().describe("For people."),
  file_hash: z.string().describe("SHA-256 of the file, hexadecimal."),
  file_size_bytes: z.number().int(),
  mime_type: z.string(),
  batch_id: z.uuid().nullable(),
  uploaded_by_staff_id: z.string().nullable(),
  reviewed_by: z.string().nullable(),
  uploaded_at: z.iso.datetime(),
  extracted_at: moment,
  reviewed_at: moment,
  submit_timestamp: moment,
  updated_at: z.iso.datetime(),
});

/** See {@link sheetBody}. */
export type SheetBody = z.infer<typeof sheetBody>;

/** A reading of one field of a sheet. */
export const readingBody = z.object({
  field: z.enum(sheetFields),
  rank: z.number().int().describe("From 0, best first."),
  value: z.string(),
  raw: z.string().describe("What was read without a list."),
  confidence: z.number(),
  detection_confidence: z.number(),
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]).describe("x, y, width, height; 0 to 1 of the upright page."),
  page: z.number().int(),
  matched: z.boolean().describe("Whether it is an entry of a list."),
  margin: z.number().nullable(),
  crop_url: z.string().nullable().describe("Picture of the region."),
});

/** A sheet with everything that is known of it. */
export const sheetDetailsBody = sheetBody.extend({
  candidates: z.array(readingBody),
  extraction: z
    .object({
      mode: z.enum(["remote", "local"]),
      model: z.record(z.string(), z.unknown()),
      page: z.number().int(),
      pages: z.number().int(),
      rotation: z.number().int(),
      skew_degrees: z.number(),
      regions_found: z.object({ register: z.number().int(), subject: z.number().int() }),
      warnings: z.array(z.string()),
      timings_ms: z.record(z.string(), z.number()),
      at: z.iso.datetime(),
    })
    .nullable(),
});

const count = z.coerce.number().int();
/** Which page of a list. */
export const pagingFields = {
  limit: count.min(1).max(500).default(50).describe("Most rows, up to 500."),
  offset: count.min(0).max(10_000_000).default(0).describe("Rows to skip."),
};

/** What a list of sheets is narrowed to. */
export const sheetFilterFields = {
  search: storableText(200).optional().describe("Part of a register number, subject code or file name."),
  status: z
    .string()
    .transform((text) => text.split(",").map((word) => word.trim().toUpperCase()))
    .pipe(z.array(workflowStatus))
    .optional()
    .describe("Statuses, separated by commas; default all but DELETED."),
  exam_type: storableText(20).optional(),
  subject_code: storableText(40).optional(),
  register_number: storableText(40).optional(),
  attempt_number: count.min(1).max(2).optional(),
  batch_id: z.uuid().optional(),
  from: z.iso.datetime({ offset: true }).optional().describe("Uploaded from this moment on."),
  until: z.iso.datetime({ offset: true }).optional().describe("Uploaded before this moment."),
};

/** A page of sheets. */
export const sheetPageBody = z.object({ sheets: z.array(sheetBody), total: z.number().int() });

const path = "/sheets";
const version = z.number().int().positive().describe("The version that was looked at; 409 when it has changed since.");

/** `POST /sheets`. */
export const uploadSheetRoute = defineRoute({
  method: "POST",
  path,
  family: "fastapi",
  summary: "Store a sheet and have it read",
  description: "Answers as soon as the file is stored. The same bytes again are answered with the sheet they are in.",
  bodies: ["multipart", "binary"],
  request: z.object({
    file: fileField("PDF, JPEG, PNG, TIFF, BMP or WebP."),
    exam_type: storableText(20).optional(),
    batch_id: z.uuid().optional().describe("Uploads that belong together; GET /batches/{id}/events tells how far they are."),
    name: storableText(500).optional().describe("File name, where the form does not say."),
  }),
  response: sheetBody.extend({ is_new: z.boolean() }),
  status: 202,
});

/** `GET /sheets`. */
export const listSheetsRoute = defineRoute({
  method: "GET",
  path,
  family: "fastapi",
  summary: "Sheets, newest first; a student's own",
  request: z.object({ ...sheetFilterFields, ...pagingFields }),
  response: sheetPageBody,
});

/** `GET /sheets/review`. */
export const reviewQueueRoute = defineRoute({
  method: "GET",
  path: `${path}/review`,
  family: "fastapi",
  summary: "Sheets that a person must look at, lowest confidence first",
  request: z.object({ exam_type: storableText(20).optional(), subject_code: storableText(40).optional(), ...pagingFields }),
  response: sheetPageBody,
});

/** `GET /sheets/statistics`. */
export const sheetStatisticsRoute = defineRoute({
  method: "GET",
  path: `${path}/statistics`,
  family: "fastapi",
  summary: "Volume, confidence and corrections per day",
  request: z.object({ days: count.min(1).max(366).default(30).describe("How many days back, today included.") }),
  response: z.object({
    days: z.array(
      z.object({
        day: z.iso.date().describe("UTC."),
        uploaded: z.number().int(),
        read: z.number().int(),
        automatic: z.number().int(),
        reviewed: z.number().int(),
        corrected: z.number().int(),
        failed: z.number().int(),
        mean_confidence: z.number().nullable(),
        correction_rate: z.number().nullable().describe("Corrected of those a person looked at, 0 to 1."),
      }),
    ),
  }),
});

/** `GET /sheets/{id}`. */
export const getSheetRoute = defineRoute({
  method: "GET",
  path: `${path}/:id`,
  family: "fastapi",
  summary: "A sheet with its readings",
  response: sheetDetailsBody,
});

/** One change, as the audit log tells it. */
export const auditEntryBody = z.object({
  id: z.number().int(),
  at: z.iso.datetime(),
  actor_type: z.string(),
  actor_id: z.string().nullable(),
  action: z.string(),
  artifact_uuid: z.string().nullable(),
  before: z.record(z.string(), z.unknown()).nullable(),
  after: z.record(z.string(), z.unknown()).nullable(),
  request_id: z.string().nullable(),
});

/** `GET /sheets/{id}/history`. */
export const sheetHistoryRoute = defineRoute({
  method: "GET",
  path: `${path}/:id/history`,
  family: "fastapi",
  summary: "Every change of a sheet, oldest first",
  response: z.object({ entries: z.array(auditEntryBody) }),
});

/** `POST /sheets/{id}/accept`. */
export const acceptSheetRoute = defineRoute({
  method: "POST",
  path: `${path}/:id/accept`,
  family: "fastapi",
  summary: "The reading is right",
  request: z.object({ version }),
  response: sheetBody,
});

/** `POST /sheets/{id}/correct`. */
export const correctSheetRoute = defineRoute({
  method: "POST",
  path: `${path}/:id/correct`,
  family: "fastapi",
  summary: "What really stands on the sheet",
  request: z.object({
    version,
    register_number: storableText(100).optional(),
    subject_code: storableText(100).optional(),
    exam_type: storableText(20).optional(),
  }),
  response: sheetBody,
});

/** `POST /sheets/{id}/read`. */
export const readSheetAgainRoute = defineRoute({
  method: "POST",
  path: `${path}/:id/read`,
  family: "fastapi",
  summary: "Have a sheet read again that nobody has decided on",
  response: sheetBody,
  status: 202,
});

/** `POST /sheets/{id}/attempt-lock`. */
export const attemptLockRoute = defineRoute({
  method: "POST",
  path: `${path}/:id/attempt-lock`,
  family: "fastapi",
  summary: "Open or close the second attempt of a submitted sheet",
  request: z.object({ version, locked: z.boolean() }),
  response: sheetBody,
});

/** `DELETE /sheets/{id}`. */
export const removeSheetRoute = defineRoute({
  method: "DELETE",
  path: `${path}/:id`,
  family: "fastapi",
  summary: "Take a sheet out; what was done to it stays in the log",
  request: z.object({ version: z.coerce.number().int().positive() }),
  response: z.object({ success: z.boolean() }),
});

/** A course list or class roster. */
export const listBody = z.object({
  id: z.uuid(),
  kind: z.enum(["course", "roster"]),
  name: z.string(),
  exam_type: z.string().nullable(),
  entries: z.number().int(),
  created_at: z.iso.datetime(),
});

/** `GET /lists`. */
export const listsRoute = defineRoute({
  method: "GET",
  path: "/lists",
  family: "fastapi",
  summary: "Course lists and class rosters",
  response: z.object({ lists: z.array(listBody) }),
});

/** `POST /lists`: 422 with the problems when lines are wrong; then nothing is stored. */
export const importListRoute = defineRoute({
  method: "POST",
  path: "/lists",
  family: "fastapi",
  summary: "Import a course list or class roster as CSV",
  description:
    "Columns subject_code and subject_name, or register_number and student_name. With a wrong line nothing is stored; status 422.",
  bodies: ["multipart"],
  request: z.object({
    file: fileField("CSV, with or without a header; commas, semicolons or tabs."),
    kind: z.enum(["course", "roster"]),
    name: storableText(100).min(1),
    exam_type: storableText(20).optional(),
    replace: z.stringbool().default(false).describe("true: takes the place of the list with this name."),
  }),
  response: z.object({
    success: z.boolean(),
    list: listBody.nullable(),
    problems: z.array(z.object({ line: z.number().int().describe("From 1, the header included."), message: z.string() })),
  }),
});

/** `DELETE /lists/{id}`. */
export const removeListRoute = defineRoute({
  method: "DELETE",
  path: "/lists/:id",
  family: "fastapi",
  summary: "Remove a list",
  response: z.object({ success: z.boolean() }),
});

/** `POST /lists/rematch`. */
export const rematchRoute = defineRoute({
  method: "POST",
  path: "/lists/rematch",
  family: "fastapi",
  summary: "Hold every undecided reading against the lists as they are now",
  response: z.object({ queued: z.number().int().describe("Sheets that will be looked at.") }),
  status: 202,
});
