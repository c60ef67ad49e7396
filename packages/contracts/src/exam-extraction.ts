/** Routes of exam-middleware under /extract: read a sheet, hand one in from a scanner, see what scanners handed in. */
import { z } from "zod";
import { extractResponse } from "./answer-sheets.ts";
import { workflowStatus } from "./exam-sheets.ts";
import { defineRoute } from "./route.ts";
import { storableText } from "./storable-text.ts";
import { fileField } from "./uploaded-file.ts";

/** Answer of `GET /extract/status`. */
export const extractionStatus = z.object({
  extraction_available: z.boolean().describe("Whether sheets can be read now."),
  mode: z.enum(["remote", "local", "unknown"]).describe("Who reads: the Space, this app itself, or nobody."),
  hf_space_url: z.string().nullable().describe("Address of the Space; null where there is none."),
  space_reached: z.boolean().nullable().describe("Whether the Space answered just now; null where there is none."),
  space_state: z.string().describe("awake, warming, down or unknown; off without a Space."),
  error: z.string().nullable().describe("For people: what is wrong and what to do; null when nothing is."),
});

/** `GET /extract/status`. */
export const extractionStatusRoute = defineRoute({
  method: "GET",
  path: "/extract/status",
  family: "plain",
  summary: "Whether sheets can be read, and by whom",
  response: extractionStatus,
  public: true,
});

const file = fileField("A scanned answer sheet: PDF, JPEG, PNG, TIFF, BMP or WebP. Its bytes decide what it is, not its name.");

/** Answer of the routes that read a sheet and store nothing. */
export const extractionAnswer = extractResponse.extend({
  mode: z.enum(["remote", "local"]).describe("Who read it; shape and units are the same."),
});

const extractDetails = {
  method: "POST",
  family: "extraction",
  summary: "Read a sheet without storing it",
  description: "Confidences are 0 to 1. 422 for a file that is broken; 503 while nobody can read.",
  bodies: ["multipart", "binary"],
  request: z.object({ file, exam_type: storableText(20).optional().describe("Exam type, for suggested_filename.") }),
  response: extractionAnswer,
} as const;

/** `POST /extract/extract`, as the original's clients call it. */
export const extractSheetRoute = defineRoute({ ...extractDetails, path: "/extract/extract" });
/** `POST /extract`, as its documentation says. */
export const extractSheetShortRoute = defineRoute({ ...extractDetails, path: "/extract" });

/** Answer of `POST /extract/scan-upload`. */
export const scanUploadAnswer = z.object({
  success: z.boolean().describe("true: the file is stored."),
  duplicate: z.boolean().describe("true: the same bytes were stored before; this is the sheet they are in."),
  original_filename: z.string(),
  renamed_filename: z.string().nullable().describe("{register}_{subject}_{exam}.{kind of file}; null while something is missing."),
  register_number: z.string().describe("Empty when nothing was read."),
  register_confidence: z.number().describe("0 to 1."),
  subject_code: z.string().describe("Empty when nothing was read."),
  subject_confidence: z.number().describe("0 to 1."),
  exam_type: z.string(),
  artifact_uuid: z.uuid(),
  attempt_number: z.number().int().nullable().describe("1 or 2; null until the reading is accepted."),
  workflow_status: workflowStatus,
  review_reasons: z.array(z.string()).describe("Why a person must look at it; empty when nobody needs to."),
  message: z.string().nullable().describe("For people: what it waits for or why it failed."),
});

/** `POST /extract/scan-upload`. */
export const scanUploadRoute = defineRoute({
  method: "POST",
  path: "/extract/scan-upload",
  family: "extraction",
  summary: "Store a scan, wait for its reading and answer with it",
  description:
    "202 when the file is stored but not read in time: it will be. 422 when it is stored and cannot be read: staff will look at it.",
  bodies: ["multipart"],
  request: z.object({
    file,
    exam_type: storableText(20).optional().describe("Default the first configured one."),
    batch_id: z.uuid().optional().describe("Uploads that belong together."),
  }),
  response: scanUploadAnswer,
});

/** `GET /extract/scan-log`. */
export const scanLogRoute = defineRoute({
  method: "GET",
  path: "/extract/scan-log",
  family: "fastapi",
  summary: "The last 100 sheets and what was read on them",
  response: z.object({ entries: z.array(scanUploadAnswer.extend({ timestamp: z.iso.datetime() })), total: z.number().int() }),
});
