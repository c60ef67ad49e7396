/** Routes of exam-middleware under /student, as the original has them. A student sees the own papers only. */
import { z } from "zod";
import { workflowStatus } from "./exam-sheets.ts";
import { defineRoute } from "./route.ts";
import { storableText } from "./storable-text.ts";

/** A paper as its student sees it. */
export const paperBody = z.object({
  artifact_uuid: z.uuid(),
  filename: z.string(),
  register_number: z.string().nullable(),
  subject_code: z.string().nullable(),
  exam_type: z.string(),
  attempt_number: z.number().int().nullable(),
  workflow_status: workflowStatus,
  error_message: z.string().nullable(),
  waiting_for: z.string().nullable(),
  uploaded_at: z.iso.datetime(),
  submitted_at: z.iso.datetime().nullable(),
});

/** How far a submission is. */
export const submissionBody = z.object({
  artifact_uuid: z.uuid(),
  workflow_status: workflowStatus,
  retry_count: z.number().int(),
  next_retry_at: z.iso.datetime().nullable(),
  last_error: z.string().nullable(),
  moodle_submission_id: z.number().int().nullable(),
  submitted_at: z.iso.datetime().nullable(),
});

const submitted = submissionBody.extend({ success: z.literal(true), message: z.string() });

/** A report of a wrong reading. */
export const reportBody = z.object({
  id: z.uuid(),
  artifact_uuid: z.uuid(),
  suggested_reg_no: z.string().nullable(),
  suggested_subject_code: z.string().nullable(),
  message: z.string(),
  status: z.enum(["open", "resolved", "withdrawn"]),
  created_at: z.iso.datetime(),
  resolved_at: z.iso.datetime().nullable(),
  resolution: z.string().nullable(),
});

/** `GET /student/dashboard`. */
export const dashboardRoute = defineRoute({
  method: "GET",
  path: "/student/dashboard",
  family: "fastapi",
  summary: "The student's papers",
  response: z.object({
    register_number: z.string(),
    pending_papers: z.array(paperBody),
    submitted_papers: z.array(paperBody),
    total_pending: z.number().int(),
    total_submitted: z.number().int(),
  }),
});

/** `GET /student/paper/{uuid}`. */
export const paperRoute = defineRoute({
  method: "GET",
  path: "/student/paper/:id",
  family: "fastapi",
  summary: "One paper",
  response: paperBody,
});

/** `POST /student/paper/{uuid}/view-link`. */
export const viewLinkRoute = defineRoute({
  method: "POST",
  path: "/student/paper/:id/view-link",
  family: "fastapi",
  summary: "An address for a frame, which cannot send headers",
  description: "It opens this one file for a minute, and only while the session lasts. A session itself is never part of an address.",
  bodies: ["json", "query"],
  request: z.unknown(),
  response: z.object({ url: z.string(), expires_at: z.iso.datetime() }),
});

/** `POST /student/paper/{uuid}/report`. */
export const reportPaperRoute = defineRoute({
  method: "POST",
  path: "/student/paper/:id/report",
  family: "fastapi",
  summary: "Tell staff that a reading is wrong",
  request: z.object({
    suggested_reg_no: storableText(40).optional(),
    suggested_subject_code: storableText(40).optional(),
    message: storableText(2_000).optional(),
  }),
  response: z.object({ success: z.literal(true), message: z.string(), report: reportBody }),
});

/** `POST /student/submit/{uuid}`. */
export const submitPaperRoute = defineRoute({
  method: "POST",
  path: "/student/submit/:id",
  family: "fastapi",
  summary: "Hand a paper in at Moodle",
  description: "It is put into a queue; ask /student/submission/{uuid}/status how far it is.",
  bodies: ["json", "query"],
  request: z.unknown(),
  response: submitted,
});

/** `POST /student/submit`. */
export const submitByBodyRoute = defineRoute({
  method: "POST",
  path: "/student/submit",
  family: "fastapi",
  summary: "Hand a paper in at Moodle",
  bodies: ["json", "form"],
  request: z.object({ artifact_uuid: z.string().max(40) }),
  response: submitted,
});

/** `GET /student/submission/{uuid}/status`. */
export const submissionStatusRoute = defineRoute({
  method: "GET",
  path: "/student/submission/:id/status",
  family: "fastapi",
  summary: "How far a submission is",
  response: submissionBody,
});

/** `GET /student/reports`. */
export const studentReportsRoute = defineRoute({
  method: "GET",
  path: "/student/reports",
  family: "fastapi",
  summary: "The student's reports",
  response: z.object({ reports: z.array(reportBody), total: z.number().int() }),
});

/** `DELETE /student/reports/{id}`. */
export const withdrawReportRoute = defineRoute({
  method: "DELETE",
  path: "/student/reports/:id",
  family: "fastapi",
  summary: "Take a report back",
  response: z.object({ success: z.literal(true), message: z.string() }),
});
