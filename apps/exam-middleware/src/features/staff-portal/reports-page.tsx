import { Moment } from "@repo/app-kit/moment";
import { Notice } from "@repo/app-kit/notice";
import { Pager } from "@repo/app-kit/pager";
import type { Access } from "../../access.ts";
import type { ReportView } from "../../reports/report-service.ts";
import { Shell } from "../../ui/shell.tsx";
import type { StaffPortalParts } from "./staff-portal-parts.ts";

/** Reports on one page. */
export const reportsPerPage = 30;

const states = { open: "Open", resolved: "Settled", withdrawn: "Withdrawn" } as const;

function Report({ report }: { report: ReportView }) {
  const suggestion = [
    ...(report.suggestedRegisterNumber === null ? [] : [`register number ${report.suggestedRegisterNumber}`]),
    ...(report.suggestedSubjectCode === null ? [] : [`subject code ${report.suggestedSubjectCode}`]),
  ];
  return (
    <li class="report" data-state={report.status}>
      <p>
        <a href={`/portal/staff/sheets/${report.sheetId}`}>
          The sheet of <span class="code">{report.registerNumber}</span>
        </a>{" "}
        <span class="status" data-tone={report.status === "open" ? "look" : "over"}>
          {states[report.status]}
        </span>
      </p>
      {suggestion.length === 0 ? null : (
        <p>
          Should be: <strong>{suggestion.join(", ")}</strong>
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
      </p>
      {report.status === "open" ? (
        <form class="resolve" method="post" action={`/portal/staff/reports/${report.id}/resolve`}>
          <input name="answer" maxlength={1000} aria-label="Answer to the student" placeholder="Answer to the student" autocomplete="off" />
          {suggestion.length === 0 ? null : (
            <button type="submit" name="decision" value="accept">
              Correct the sheet
            </button>
          )}
          <button type="submit" name="decision" value="resolve" class="secondary outline">
            {suggestion.length === 0 ? "Settle" : "Leave it as it is"}
          </button>
        </form>
      ) : null}
    </li>
  );
}

/** What students say is read wrongly. */
export function ReportsPage(props: {
  parts: StaffPortalParts;
  access: Access;
  page: number;
  listed: { reports: readonly ReportView[]; total: number; open: number };
  notice: string | undefined;
  problem?: string | undefined;
}) {
  const { listed, page } = props;
  return (
    <Shell title="Reports" assets={props.parts.assets} access={props.access} current="/portal/staff/reports">
      <h1>
        Reports <small>{listed.open.toLocaleString("en")} open</small>
      </h1>
      <Notice text={props.notice} />
      <Notice text={props.problem} kind="warning" />
      {listed.reports.length === 0 ? (
        <p class="empty">No student has reported a wrong reading.</p>
      ) : (
        <ol class="reports">
          {listed.reports.map((report) => (
            <Report report={report} />
          ))}
        </ol>
      )}
      <Pager page={page} perPage={reportsPerPage} total={listed.total} toAddress={(number) => `/portal/staff/reports?page=${number}`} />
    </Shell>
  );
}
