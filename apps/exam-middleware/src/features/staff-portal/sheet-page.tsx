import { Moment } from "@repo/app-kit/moment";
import { Notice } from "@repo/app-kit/notice";
import type { Access } from "../../access.ts";
import type { WorkflowStatus } from "../../schema.ts";
import type { AuditEntry, SheetDetails } from "../../sheets/sheet-views.ts";
import { fieldNames, outcomeNames, reasonNames, statusNames, toPercent, toSize } from "../../ui/sheet-words.ts";
import { SheetPreview } from "../../ui/sheet-preview.tsx";
import { Shell } from "../../ui/shell.tsx";
import { StatusDetail, StatusLabel } from "../../ui/status-label.tsx";
import type { SubmissionView } from "../../submissions/submission-service.ts";
import type { StaffPortalParts } from "./staff-portal-parts.ts";

/** Once the first attempt is handed in, the second may be opened. */
const submittedStates = new Set<WorkflowStatus>(["SUBMITTED_TO_LMS", "COMPLETED"]);
/** Changes that are shown; the export has them all. */
const maxChanges = 200;

const actors = { staff: "staff", administrator: "an administrator", student: "the student", system: "the app" } as const;

/** A value of the log for people: states and reasons by their names, numbers short. */
function toText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(toText).join(", ");
  if (typeof value === "number") return String(Math.round(value * 1_000) / 1_000);
  if (typeof value !== "string") return JSON.stringify(value);
  const names: Readonly<Record<string, string>> = { ...statusNames, ...reasonNames };
  return Object.hasOwn(names, value) ? (names[value] ?? value) : value;
}

/** parsedRegNo -> reg no. */
const toWords = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll("_", " ")
    .toLowerCase()
    .replace(/^parsed /, "");

function ChangeItem({ entry }: { entry: AuditEntry }) {
  const names = [...new Set([...Object.keys(entry.before ?? {}), ...Object.keys(entry.after ?? {})])];
  const changed = names.filter((name) => toText(entry.before?.[name]) !== toText(entry.after?.[name]));
  return (
    <li>
      <p>
        <strong>{entry.action.replaceAll(/[._-]/g, " ")}</strong>
        {changed.map((name) => (
          <span class="change">
            {toWords(name)}: {toText(entry.before?.[name]) === "" ? null : <del>{toText(entry.before?.[name])}</del>}{" "}
            <ins>{toText(entry.after?.[name])}</ins>
          </span>
        ))}
      </p>
      <p class="facts">
        <Moment at={entry.at} />
        <span title={entry.actor.id ?? ""}>by {actors[entry.actor.type]}</span>
      </p>
    </li>
  );
}

function Facts({ sheet }: { sheet: SheetDetails }) {
  const { extraction } = sheet;
  return (
    <dl class="sheet-facts">
      <dt>File</dt>
      <dd dir="auto">
        {sheet.originalFilename} <small>{toSize(sheet.sizeBytes)}</small>
      </dd>
      {sheet.renamedFilename === null ? null : (
        <>
          <dt>Name by content</dt>
          <dd>{sheet.renamedFilename}</dd>
        </>
      )}
      {extraction === null ? null : (
        <>
          <dt>Read</dt>
          <dd>
            <Moment at={extraction.at} /> by {extraction.mode === "remote" ? "the Space" : "this server"} in{" "}
            {Math.round(extraction.timingsMs["total"] ?? 0)} ms
            {extraction.rotation === 0 ? null : `, turned by ${extraction.rotation}°`}
            {extraction.warnings.map((warning) => (
              <small class="warning-line">{warning}</small>
            ))}
          </dd>
        </>
      )}
      {sheet.outcome === null ? null : (
        <>
          <dt>Decided</dt>
          <dd>
            {outcomeNames[sheet.outcome]} {sheet.reviewedAt === null ? null : <Moment at={sheet.reviewedAt} />}
          </dd>
        </>
      )}
      {sheet.attemptNumber === null ? null : (
        <>
          <dt>Attempt</dt>
          <dd>
            {sheet.attemptNumber}
            {sheet.attempt2Locked ? ", a second one is locked" : ", a second one is open"}
          </dd>
        </>
      )}
      {sheet.duplicateOf === null ? null : (
        <>
          <dt>Duplicate</dt>
          <dd>
            <a href={`/portal/staff/sheets/${sheet.duplicateOf}`}>the other sheet of this student, subject and exam</a>
          </dd>
        </>
      )}
    </dl>
  );
}

/** A form with one button and the version it was shown with. */
function Act({ sheet, action, label, value }: { sheet: SheetDetails; action: string; label: string; value?: string }) {
  return (
    <form class="inline" method="post" action={`/portal/staff/sheets/${sheet.id}/${action}`}>
      <input type="hidden" name="version" value={String(sheet.version)} />
      <button type="submit" class="link" name="value" value={value ?? ""}>
        {label}
      </button>
    </form>
  );
}

function CorrectForm({ sheet, parts }: { sheet: SheetDetails; parts: StaffPortalParts }) {
  return (
    <form class="correct" method="post" action={`/portal/staff/sheets/${sheet.id}/correct`}>
      <input type="hidden" name="version" value={String(sheet.version)} />
      {(["register_number", "subject_code"] as const).map((field) => {
        const [value, confidence, pattern] =
          field === "register_number"
            ? [sheet.registerNumber, sheet.registerConfidence, parts.registerPattern]
            : [sheet.subjectCode, sheet.subjectConfidence, parts.subjectPattern];
        const best = sheet.candidates.find((candidate) => candidate.field === field && candidate.hasCrop);
        return (
          <label>
            {fieldNames[field]} <small>{toPercent(confidence)}</small>
            {best ? (
              <img class="crop" src={`/portal/staff/sheets/${sheet.id}/crop/${field}/${best.rank}`} alt={`Where ${best.value} was read`} />
            ) : null}
            <input class="code" name={field} value={value ?? ""} pattern={pattern} title={`Like ${pattern}`} autocomplete="off" data-code />
          </label>
        );
      })}
      <label>
        Exam type
        <select name="exam_type">
          {[...new Set([...parts.examTypes, sheet.examType])].map((type) => (
            <option value={type} selected={type === sheet.examType}>
              {type}
            </option>
          ))}
        </select>
      </label>
      <button type="submit">{sheet.status === "PENDING_REVIEW" ? "This is right" : "Save"}</button>
    </form>
  );
}

/** One sheet: what is on it, what was read, what happened to it. */
export function SheetPage(props: {
  parts: StaffPortalParts;
  access: Access;
  sheet: SheetDetails;
  history: readonly AuditEntry[];
  submission: SubmissionView | undefined;
  notice: string | undefined;
  problem: string | undefined;
}) {
  const { parts, sheet, history, submission } = props;
  const title =
    sheet.registerNumber === null && sheet.subjectCode === null
      ? sheet.originalFilename
      : `${sheet.registerNumber ?? "no number"} ${sheet.subjectCode ?? "no subject"}`;
  return (
    <Shell title={title} assets={parts.assets} access={props.access} current="/portal/staff/sheets">
      <p class="crumb">
        <a href="/portal/staff/sheets">Sheets</a>
      </p>
      <h1 dir="auto">
        {title} <small>{sheet.examType}</small>
      </h1>
      <Notice text={props.notice} />
      <Notice text={props.problem} kind="warning" />
      <p class="sheet-state">
        <StatusLabel sheet={sheet} /> <StatusDetail sheet={sheet} />
      </p>
      <div class="sheet-columns">
        <section aria-label="Reading">
          <CorrectForm sheet={sheet} parts={parts} />
          <Facts sheet={sheet} />
          {submission === undefined ? null : (
            <p class="facts">
              <span>Moodle: {submission.retryCount === 0 ? "" : `${submission.retryCount} tries, `}</span>
              {submission.lastError === null ? null : <span class="bad">{submission.lastError}</span>}
              {submission.nextRetryAt === null ? null : (
                <span>
                  next try <Moment at={submission.nextRetryAt} />
                </span>
              )}
            </p>
          )}
          <p class="actions">
            {sheet.status === "FAILED" && submission !== undefined ? <Act sheet={sheet} action="retry" label="Submit again" /> : null}
            {sheet.status === "FAILED" || sheet.status === "PENDING_REVIEW" ? <Act sheet={sheet} action="read" label="Read again" /> : null}
            {sheet.attemptNumber !== 1 || !submittedStates.has(sheet.status) ? null : sheet.attempt2Locked ? (
              <Act sheet={sheet} action="attempt" value="open" label="Open a second attempt" />
            ) : (
              <Act sheet={sheet} action="attempt" value="lock" label="Lock the second attempt" />
            )}
            {sheet.status === "DELETED" ? null : (
              <details class="action danger">
                <summary>Delete</summary>
                <form method="post" action={`/portal/staff/sheets/${sheet.id}/delete`}>
                  <input type="hidden" name="version" value={String(sheet.version)} />
                  <p>The sheet leaves every list. Its history stays, and the same file may come again.</p>
                  <button type="submit">Delete it</button>
                </form>
              </details>
            )}
          </p>
        </section>
        <section aria-label="Page">
          <SheetPreview sheet={sheet} file={`/portal/staff/sheets/${sheet.id}/file`} assets={parts.assets} />
        </section>
      </div>
      <h2>History</h2>
      {history.length > maxChanges ? <p class="note">The newest {maxChanges} changes.</p> : null}
      <ol class="history" reversed>
        {history
          .slice(-maxChanges)
          .toReversed()
          .map((entry) => (
            <ChangeItem entry={entry} />
          ))}
      </ol>
    </Shell>
  );
}
