/** Routes of exam-middleware under /admin that are about sheets, as the original has them. */
import { z } from "zod";
import { auditEntryBody, pagingFields, sheetBody, sheetDetailsBody, workflowStatus } from "./exam-sheets.ts";
import { defineRoute } from "./route.ts";
import { storableText } from "./storable-text.ts";

const done = z.object({ success: z.boolean(), message: z.string() });
const oneSheet = "/admin/artifacts/:id";
const version = z.number().int().positive().optional().describe("The version that was looked at; without it the one that is there.");

/** `GET /admin/stats`. */
export const adminStatsRoute = defineRoute({
  method: "GET",
  path: "/admin/stats",
  family: "fastapi",
  summary: "Numbers of everything",
  response: z.object({
    total_artifacts: z.number().int(),
    by_status: z.record(workflowStatus, z.number().int()),
    open_reports: z.number().int(),
    lists: z.number().int(),
  }),
});

/** `GET /admin/audit-logs`. */
export const auditLogsRoute = defineRoute({
  method: "GET",
  path: "/admin/audit-logs",
  family: "fastapi",
  summary: "Every change, newest first",
  request: z.object({
    ...pagingFields,
    action: storableText(50).optional(),
    actor_id: storableText(50).optional(),
    from: z.iso.datetime({ offset: true }).optional(),
    until: z.iso.datetime({ offset: true }).optional(),
  }),
  response: z.object({ logs: z.array(auditEntryBody), total: z.number().int() }),
});

/** `GET /admin/artifacts/{id}`. */
export const adminSheetRoute = defineRoute({
  method: "GET",
  path: oneSheet,
  family: "fastapi",
  summary: "A sheet with its readings",
  response: sheetDetailsBody,
});

/** `DELETE /admin/artifacts/{id}`. */
export const adminRemoveRoute = defineRoute({
  method: "DELETE",
  path: oneSheet,
  family: "fastapi",
  summary: "Take a sheet out",
  request: z.object({ version: z.coerce.number().int().positive().optional() }),
  response: done,
});

/** `POST /admin/artifacts/{id}/reset`. */
export const adminResetRoute = defineRoute({
  method: "POST",
  path: `${oneSheet}/reset`,
  family: "fastapi",
  summary: "Have a sheet read again that nobody has decided on",
  response: sheetBody,
});

/** `POST /admin/artifacts/{id}/edit`. What is not sent stays as it is, exam type and history included. */
export const adminEditRoute = defineRoute({
  method: "POST",
  path: `${oneSheet}/edit`,
  family: "fastapi",
  summary: "Correct a sheet",
  request: z.object({
    parsed_reg_no: storableText(100).optional(),
    parsed_subject_code: storableText(100).optional(),
    exam_type: storableText(20).optional(),
    version,
  }),
  response: sheetBody,
});

/** `POST /admin/artifacts/{id}/toggle-attempt-lock`. */
export const adminToggleLockRoute = defineRoute({
  method: "POST",
  path: `${oneSheet}/toggle-attempt-lock`,
  family: "fastapi",
  summary: "Open or close the second attempt",
  response: sheetBody,
});

/** `POST /admin/bulk-toggle-attempt-lock`. */
export const adminBulkLockRoute = defineRoute({
  method: "POST",
  path: "/admin/bulk-toggle-attempt-lock",
  family: "fastapi",
  summary: "Open or close the second attempt of many sheets",
  request: z.object({ artifact_uuids: z.array(z.uuid()).min(1).max(500), locked: z.boolean() }),
  response: z.object({
    updated: z.number().int(),
    failed: z.array(z.object({ artifact_uuid: z.uuid(), error: z.string() })),
  }),
});

/** `POST /admin/reports/{id}/resolve`. */
export const resolveReportRoute = defineRoute({
  method: "POST",
  path: "/admin/reports/:id/resolve",
  family: "fastapi",
  summary: "Accept or turn down what a student says is wrong",
  request: z.object({
    accept: z.boolean().describe("true: the sheet is corrected as the student suggests."),
    answer: storableText(2_000).optional().describe("Shown to the student."),
  }),
  response: done,
});

/** `POST /admin/artifacts/purge-all`. Administrators only. */
export const purgeRoute = defineRoute({
  method: "POST",
  path: "/admin/artifacts/purge-all",
  family: "fastapi",
  summary: "Delete every sheet and file for good; the audit log stays",
  bodies: ["query"],
  request: z.object({ confirm: z.literal("yes", { error: "Add confirm=yes: this deletes every sheet and file for good." }) }),
  response: done.extend({ deleted: z.number().int() }),
});
