import type { Assets } from "@repo/app-kit/load-assets";
import { Moment } from "@repo/app-kit/moment";
import { Notice } from "@repo/app-kit/notice";
import type { Access } from "../../access.ts";
import type { SubjectMapping } from "../../mappings/mapping-store.ts";
import type { SubmissionView } from "../../submissions/submission-service.ts";
import { Shell } from "../../ui/shell.tsx";
import { statusNames } from "../../ui/sheet-words.ts";

/** What the page is given. */
export interface MoodlePageProps {
  assets: Assets;
  access: Access;
  mappings: readonly SubjectMapping[];
  submissions: readonly SubmissionView[];
  /** How many students' Moodle accounts are known. */
  accounts: number;
  examTypes: readonly string[];
  isConnected: boolean;
  notice?: string | undefined;
  problem?: string | undefined;
}

const path = "/portal/staff/moodle";

function Mappings({ mappings }: Pick<MoodlePageProps, "mappings">) {
  if (mappings.length === 0) return <p>No subject has an assignment yet, so that no paper can be handed in.</p>;
  return (
    <div class="overflow-auto">
      <table>
        <thead>
          <tr>
            <th scope="col">Subject</th>
            <th scope="col">Exam type</th>
            <th scope="col">Assignment</th>
            <th scope="col">Change</th>
          </tr>
        </thead>
        <tbody>
          {mappings.map((mapping) => (
            <tr>
              <td class="code">{mapping.subjectCode}</td>
              <td>{mapping.examType}</td>
              <td dir="auto">
                {mapping.moodleAssignmentName ?? "assignment"} <small>no. {mapping.moodleAssignmentId}</small>
              </td>
              <td>
                <form method="post" action={`${path}/mappings/${mapping.id}/remove`} class="inline">
                  <button type="submit" class="link" aria-label={`Remove ${mapping.subjectCode} ${mapping.examType}`}>
                    Remove
                  </button>
                </form>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Submissions({ submissions }: Pick<MoodlePageProps, "submissions">) {
  if (submissions.length === 0) return <p>Nothing is under way, and nothing has failed.</p>;
  return (
    <div class="overflow-auto">
      <table>
        <thead>
          <tr>
            <th scope="col">Sheet</th>
            <th scope="col">State</th>
            <th scope="col">Why</th>
            <th scope="col">Next try</th>
          </tr>
        </thead>
        <tbody>
          {submissions.map((submission) => (
            <tr>
              <td>
                <a href={`/portal/staff/sheets/${submission.artifactUuid}`}>{submission.artifactUuid.slice(0, 8)}</a>
              </td>
              <td>{statusNames[submission.status]}</td>
              <td dir="auto">{submission.lastError}</td>
              <td class="when">
                {submission.status === "FAILED" ? (
                  <form method="post" action={`${path}/retry/${submission.artifactUuid}`} class="inline">
                    <button type="submit" class="link" aria-label={`Try ${submission.artifactUuid.slice(0, 8)} again`}>
                      Try again
                    </button>
                  </form>
                ) : submission.nextRetryAt === null ? (
                  "now"
                ) : (
                  <Moment at={submission.nextRetryAt} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Where subjects and students are in Moodle, and how submissions are doing. */
export function MoodlePage(props: MoodlePageProps) {
  const { assets, access, mappings, submissions, accounts, examTypes, isConnected, notice, problem } = props;
  return (
    <Shell title="Moodle" assets={assets} access={access} current={path}>
      <h1>Moodle</h1>
      <Notice text={notice} />
      <Notice text={problem} kind="warning" />
      {isConnected ? null : <Notice text="MOODLE_BASE_URL is not set: students cannot sign in, and nothing is handed in." kind="warning" />}
      <h2>Submissions</h2>
      <Submissions submissions={submissions} />
      <h2>Assignments</h2>
      <Mappings mappings={mappings} />
      <form method="post" action={`${path}/mappings`} class="narrow">
        <label>
          Subject code
          <input type="text" name="subject_code" required maxlength={40} autocomplete="off" />
        </label>
        <label>
          Exam type
          <select name="exam_type">
            {examTypes.map((examType) => (
              <option>{examType}</option>
            ))}
          </select>
        </label>
        <label>
          Address of the assignment's page in Moodle
          <input type="text" name="address" required maxlength={500} placeholder=".../mod/assign/view.php?id=123" autocomplete="off" />
        </label>
        <button type="submit">Papers of this subject go there</button>
      </form>
      <h2>Students' accounts</h2>
      <p>
        {accounts === 0 ? "None is known" : `${accounts.toLocaleString("en")} are known`}. Students who are not on the list come in only
        when Moodle itself knows their register number.
      </p>
      {access.kind === "administrator" ? (
        <form method="post" action={`${path}/accounts`} class="narrow">
          <label>
            Register number, Moodle user name, full name; one student per line
            <textarea name="accounts" rows={6} required spellcheck={false} />
          </label>
          <button type="submit">Add them</button>
        </form>
      ) : null}
    </Shell>
  );
}
