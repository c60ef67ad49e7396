import { Moment } from "@repo/app-kit/moment";
import { Notice } from "@repo/app-kit/notice";
import type { Access } from "../../access.ts";
import type { ReportView } from "../../reports/report-service.ts";
import type { SheetDetails } from "../../sheets/sheet-views.ts";
import type { SubmissionView } from "../../submissions/submission-service.ts";
import { SheetPreview } from "../../ui/sheet-preview.tsx";
import { Shell } from "../../ui/shell.tsx";
import { paperStates, toPaperState } from "./paper-states.ts";
import type { StudentPortalParts } from "./student-portal-parts.ts";

function Submit({ sheet, canSubmit }: { sheet: SheetDetails; canSubmit: boolean }) {
  const state = toPaperState(sheet.status);
  if (state !== "open" && state !== "failed") return null;
  if (!canSubmit) return <p class="note">Handing in is not set up on this server; ask the examination office.</p>;
  return (
    <form class="submit-paper" method="post" action={`/portal/student/papers/${sheet.id}/submit`}>
      <label>
        <input type="checkbox" name="confirmed" value="yes" required /> This is my paper, and <b class="code">{sheet.registerNumber}</b> and{" "}
        <b class="code">{sheet.subjectCode}</b> are right. It is handed in to Moodle in my name and cannot be taken back here.
      </label>
      <button type="submit">{state === "failed" ? "Hand in again" : "Hand in"}</button>
    </form>
  );
}

function ReportForm({ sheet, open, parts }: { sheet: SheetDetails; open: ReportView | undefined; parts: StudentPortalParts }) {
  return (
    <details class="report-form" open={open !== undefined}>
      <summary>{open === undefined ? "Something is read wrongly" : "You have reported this paper"}</summary>
      <form method="post" action={`/portal/student/papers/${sheet.id}/report`}>
        <label>
          Register number should be
          <input
            class="code"
            name="register_number"
            value={open?.suggestedRegisterNumber ?? ""}
            placeholder={sheet.registerNumber ?? ""}
            pattern={parts.registerPattern}
            title={`Like ${parts.registerPattern}`}
            autocomplete="off"
            data-code
          />
        </label>
        <label>
          Subject code should be
          <input
            class="code"
            name="subject_code"
            value={open?.suggestedSubjectCode ?? ""}
            placeholder={sheet.subjectCode ?? ""}
            pattern={parts.subjectPattern}
            title={`Like ${parts.subjectPattern}`}
            autocomplete="off"
            data-code
          />
        </label>
        <label>
          What is wrong
          <textarea name="message" rows={3} maxlength={2000} dir="auto">
            {open?.message}
          </textarea>
        </label>
        <button type="submit" class="secondary">
          {open === undefined ? "Report it" : "Change the report"}
        </button>
      </form>
    </details>
  );
}

/** One paper of a student: what was read, the page itself, handing it in, reporting it. */
export function PaperPage(props: {
  parts: StudentPortalParts;
  access: Access;
  sheet: SheetDetails;
  submission: SubmissionView | undefined;
  reports: readonly ReportView[];
  notice: string | undefined;
  problem: string | undefined;
}) {
  const { parts, sheet, submission } = props;
  const state = toPaperState(sheet.status);
  const { name, tone } = paperStates[state];
  const open = props.reports.find((report) => report.sheetId === sheet.id && report.status === "open");
  return (
    <Shell
      title={`${sheet.subjectCode ?? "Paper"} ${sheet.examType}`}
      assets={parts.assets}
      access={props.access}
      current="/portal/student"
    >
      <p class="crumb">
        <a href="/portal/student">My papers</a>
      </p>
      <h1>
        <span class="code">{sheet.subjectCode}</span> <small>{sheet.examType}</small>
      </h1>
      <Notice text={props.notice} />
      <Notice text={props.problem} kind="warning" />
      <p
        class="sheet-state"
        role="status"
        data-paper={sheet.id}
        data-status={sheet.status}
        data-moving={state === "moving" ? "" : undefined}
      >
        <span class="status" data-tone={tone}>
          {name}
        </span>{" "}
        {submission?.lastError ? <span class="status-detail">{submission.lastError}</span> : null}
        {state === "moving" && submission?.nextRetryAt ? (
          <span class="status-detail">
            next try <Moment at={submission.nextRetryAt} />
          </span>
        ) : null}
      </p>
      {state === "moving" ? (
        <noscript>
          <p>
            <a href={`/portal/student/papers/${sheet.id}`}>See how far it is</a>
          </p>
        </noscript>
      ) : null}
      <div class="sheet-columns">
        <section aria-label="Reading">
          <dl class="sheet-facts">
            <dt>Register number</dt>
            <dd class="code">{sheet.registerNumber}</dd>
            <dt>Subject code</dt>
            <dd class="code">{sheet.subjectCode}</dd>
            <dt>Exam</dt>
            <dd>
              {sheet.examType}, attempt {sheet.attemptNumber ?? 1}
            </dd>
            <dt>Scanned</dt>
            <dd>
              <Moment at={sheet.uploadedAt} />
            </dd>
            {sheet.submittedAt === null ? null : (
              <>
                <dt>Handed in</dt>
                <dd>
                  <Moment at={sheet.submittedAt} />
                </dd>
              </>
            )}
          </dl>
          <Submit sheet={sheet} canSubmit={parts.submissions !== undefined} />
          {state === "replaced" ? null : <ReportForm sheet={sheet} open={open} parts={parts} />}
        </section>
        <section aria-label="Page">
          <SheetPreview sheet={sheet} file={`/portal/student/papers/${sheet.id}/file`} assets={parts.assets} />
        </section>
      </div>
    </Shell>
  );
}
