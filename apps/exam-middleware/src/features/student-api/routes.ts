import { answerFile } from "@repo/app-kit/answer-file";
import { CodedError } from "@repo/contracts/coded-error";
import {
  dashboardRoute,
  paperRoute,
  reportPaperRoute,
  studentReportsRoute,
  submissionStatusRoute,
  submitByBodyRoute,
  submitPaperRoute,
  viewLinkRoute,
  withdrawReportRoute,
} from "@repo/contracts/exam-student";
import { toCodedError } from "@repo/server-kit/error-response";
import { answerError } from "@repo/server-kit/mount-route";
import type { Server } from "@repo/server-kit/server";
import { type Access, accessOf, assertRole } from "../../access.ts";
import { declareRole, mountFor } from "../../mount-guarded.ts";
import type { People } from "../../people/open-people.ts";
import type { ReportService, ReportView } from "../../reports/report-service.ts";
import { idOf, parseId } from "../../request-actor.ts";
import type { SheetService } from "../../sheets/sheet-service.ts";
import type { SheetView } from "../../sheets/sheet-views.ts";
import { toSubmissionBody } from "../../submissions/submission-body.ts";
import type { SubmissionService } from "../../submissions/submission-service.ts";

/** What {@link mountStudentApi} needs. */
export interface StudentApiParts {
  people: Pick<People, "access" | "tickets">;
  sheets: SheetService;
  reports: ReportService;
  /** Undefined where no Moodle is configured. */
  submissions: SubmissionService | undefined;
}

/** A student has a dozen papers. */
const maxPapers = 500;
const submittedStates = new Set(["SUBMITTED_TO_LMS", "COMPLETED", "SUPERSEDED"]);

const toPaperBody = (sheet: SheetView) => ({
  artifact_uuid: sheet.id,
  filename: sheet.renamedFilename ?? sheet.originalFilename,
  register_number: sheet.registerNumber,
  subject_code: sheet.subjectCode,
  exam_type: sheet.examType,
  attempt_number: sheet.attemptNumber,
  workflow_status: sheet.status,
  error_message: sheet.errorMessage,
  waiting_for: sheet.waitingFor,
  uploaded_at: sheet.uploadedAt.toISOString(),
  submitted_at: sheet.submittedAt?.toISOString() ?? null,
});

const toReportBody = (report: ReportView) => ({
  id: report.id,
  artifact_uuid: report.sheetId,
  suggested_reg_no: report.suggestedRegisterNumber,
  suggested_subject_code: report.suggestedSubjectCode,
  message: report.message,
  status: report.status,
  created_at: report.createdAt.toISOString(),
  resolved_at: report.resolvedAt?.toISOString() ?? null,
  resolution: report.resolution,
});

function studentOf(access: Access): { registerNumber: string; sessionId: string } {
  const { registerNumber, sessionId } = access;
  if (registerNumber === undefined || sessionId === undefined) throw new CodedError("forbidden", "This sign-in belongs to no student.");
  return { registerNumber, sessionId };
}

/** Mounts the routes under /student. */
export function mountStudentApi(server: Server, parts: StudentApiParts): void {
  const { people, sheets, reports } = parts;
  const submissionsOrFail = (): SubmissionService => {
    if (parts.submissions !== undefined) return parts.submissions;
    throw new CodedError("model_unavailable", "Nothing can be submitted: MOODLE_BASE_URL is not set.");
  };

  mountFor(server, "student", dashboardRoute, async (_body, context) => {
    const access = accessOf(context);
    const papers = (await sheets.list({}, { limit: maxPapers }, access)).sheets.map(toPaperBody);
    const submitted = papers.filter(({ workflow_status: status }) => submittedStates.has(status));
    const pending = papers.filter(({ workflow_status: status }) => !submittedStates.has(status));
    return {
      register_number: access.registerNumber ?? "",
      pending_papers: pending,
      submitted_papers: submitted,
      total_pending: pending.length,
      total_submitted: submitted.length,
    };
  });
  mountFor(server, "student", paperRoute, async (_body, context) => toPaperBody(await sheets.get(idOf(context), accessOf(context))));
  mountFor(server, "student", viewLinkRoute, async (_body, context) => {
    const { id } = await sheets.get(idOf(context), accessOf(context));
    const { ticket, expiresAt } = people.tickets.issue(accessOf(context), id);
    context.headers.set("cache-control", "no-store");
    return { url: `/student/paper/${id}/view?ticket=${ticket}`, expires_at: expiresAt.toISOString() };
  });
  mountView(server, parts);

  mountFor(server, "student", reportPaperRoute, async (body, context) => {
    const suggestion = { registerNumber: body.suggested_reg_no, subjectCode: body.suggested_subject_code, message: body.message };
    const report = await reports.report(idOf(context), suggestion, accessOf(context));
    return { success: true as const, message: "The examination office has your report.", report: toReportBody(report) };
  });
  mountFor(server, "student", studentReportsRoute, async (_body, context) => {
    const own = await reports.ofStudent(studentOf(accessOf(context)).registerNumber);
    return { reports: own.map(toReportBody), total: own.length };
  });
  mountFor(server, "student", withdrawReportRoute, async (_body, context) => {
    await reports.withdraw(idOf(context), accessOf(context));
    return { success: true as const, message: "The report is withdrawn." };
  });

  const submit = async (id: string, access: Access) => {
    const view = await submissionsOrFail().submit(id, studentOf(access));
    return { success: true as const, message: "It is on its way to Moodle.", ...toSubmissionBody(view) };
  };
  mountFor(server, "student", submitPaperRoute, async (_body, context) => await submit(idOf(context), accessOf(context)));
  mountFor(server, "student", submitByBodyRoute, async ({ artifact_uuid: id }, context) => await submit(parseId(id), accessOf(context)));
  mountFor(server, "student", submissionStatusRoute, async (_body, context) =>
    toSubmissionBody(await submissionsOrFail().status(idOf(context), studentOf(accessOf(context)).registerNumber)),
  );
}

/** The file itself, for whoever sends a session or brings a ticket for it. */
function mountView(server: Server, { people, sheets }: StudentApiParts): void {
  const path = "/student/paper/:id/view";
  declareRole(server, "GET", path, "student");
  server.app.get(path, async (c) => {
    c.get("state").route = path;
    try {
      const id = parseId(c.req.param("id"));
      const ticket = c.req.query("ticket");
      const access = ticket === undefined ? await people.access.authorize(c.req.raw.headers) : await people.tickets.open(ticket, id);
      if (access === undefined) throw new CodedError("unauthorized", "This address is too old; open the paper again.");
      assertRole(access, "student");
      const response = answerFile(await sheets.file(id, access));
      response.headers.set("referrer-policy", "no-referrer");
      return response;
    } catch (thrown) {
      return answerError(server, c, toCodedError(thrown), "fastapi");
    }
  });
}
