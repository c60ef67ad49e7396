import { Moment } from "@repo/app-kit/moment";
import { Notice } from "@repo/app-kit/notice";
import type { Access } from "../../access.ts";
import type { SheetView } from "../../sheets/sheet-views.ts";
import { Shell } from "../../ui/shell.tsx";
import { paperStates, toPaperState } from "./paper-states.ts";
import type { StudentPortalParts } from "./student-portal-parts.ts";

function Paper({ sheet }: { sheet: SheetView }) {
  const { name, tone } = paperStates[toPaperState(sheet.status)];
  return (
    <li class="paper">
      <a href={`/portal/student/papers/${sheet.id}`}>
        <strong class="code">{sheet.subjectCode}</strong> {sheet.examType}
        {sheet.attemptNumber === 2 ? " (second attempt)" : ""}
      </a>
      <span class="status" data-tone={tone}>
        {name}
      </span>
      <small>
        scanned <Moment at={sheet.uploadedAt} />
        {sheet.submittedAt === null ? null : (
          <>
            , handed in <Moment at={sheet.submittedAt} />
          </>
        )}
      </small>
    </li>
  );
}

/** A student's own papers. */
export function PapersPage(props: {
  parts: StudentPortalParts;
  access: Access;
  sheets: readonly SheetView[];
  total: number;
  notice: string | undefined;
}) {
  const { sheets } = props;
  const open = sheets.filter(({ status }) => ["open", "failed", "moving"].includes(toPaperState(status)));
  const done = sheets.filter((sheet) => !open.includes(sheet));
  return (
    <Shell title="My papers" assets={props.parts.assets} access={props.access} current="/portal/student">
      <h1>
        My papers <small>{props.access.registerNumber}</small>
      </h1>
      <Notice text={props.notice} />
      {sheets.length === 0 ? <p class="empty">There is no paper of yours yet. It appears here once it has been scanned and read.</p> : null}
      {open.length === 0 ? null : (
        <section aria-labelledby="open">
          <h2 id="open">
            To hand in <small>{open.length}</small>
          </h2>
          <ul class="papers">
            {open.map((sheet) => (
              <Paper sheet={sheet} />
            ))}
          </ul>
        </section>
      )}
      {done.length === 0 ? null : (
        <section aria-labelledby="done">
          <h2 id="done">
            Handed in <small>{done.length}</small>
          </h2>
          <ul class="papers">
            {done.map((sheet) => (
              <Paper sheet={sheet} />
            ))}
          </ul>
        </section>
      )}
      {props.total > sheets.length ? (
        <p class="note">
          The newest {sheets.length} of {props.total.toLocaleString("en")}.
        </p>
      ) : null}
    </Shell>
  );
}
