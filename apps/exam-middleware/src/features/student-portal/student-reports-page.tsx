import { Moment } from "@repo/app-kit/moment";
import { Notice } from "@repo/app-kit/notice";
import type { Access } from "../../access.ts";
import type { ReportView } from "../../reports/report-service.ts";
import { Shell } from "../../ui/shell.tsx";
import type { StudentPortalParts } from "./student-portal-parts.ts";

const states = {
  open: { name: "Waiting for an answer", tone: "look" },
  resolved: { name: "Answered", tone: "good" },
  withdrawn: { name: "Withdrawn", tone: "over" },
} as const;

/** What a student has reported, and what became of it. */
export function StudentReportsPage(props: {
  parts: StudentPortalParts;
  access: Access;
  reports: readonly ReportView[];
  notice: string | undefined;
}) {
  const { reports } = props;
  return (
    <Shell title="My reports" assets={props.parts.assets} access={props.access} current="/portal/student/reports">
      <h1>My reports</h1>
      <Notice text={props.notice} />
      {reports.length === 0 ? <p class="empty">You have reported nothing. Each paper's page has a form for it.</p> : null}
      <ol class="reports">
        {reports.map((report) => (
          <li class="report" data-state={report.status}>
            <p>
              <a href={`/portal/student/papers/${report.sheetId}`}>The paper</a>{" "}
              <span class="status" data-tone={states[report.status].tone}>
                {states[report.status].name}
              </span>
            </p>
            {report.suggestedRegisterNumber === null ? null : (
              <p>
                Register number should be <strong class="code">{report.suggestedRegisterNumber}</strong>
              </p>
            )}
            {report.suggestedSubjectCode === null ? null : (
              <p>
                Subject code should be <strong class="code">{report.suggestedSubjectCode}</strong>
              </p>
            )}
            {report.message === "" ? null : (
              <p class="message" dir="auto">
                {report.message}
              </p>
            )}
            {report.resolution === null ? null : (
              <p class="note" dir="auto">
                Answer: {report.resolution}
              </p>
            )}
            <p class="facts">
              <Moment at={report.createdAt} />
              {report.status === "open" ? (
                <form class="inline" method="post" action={`/portal/student/reports/${report.id}/withdraw`}>
                  <button type="submit" class="link">
                    Withdraw
                  </button>
                </form>
              ) : null}
            </p>
          </li>
        ))}
      </ol>
    </Shell>
  );
}
