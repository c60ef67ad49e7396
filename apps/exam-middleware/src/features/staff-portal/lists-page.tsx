import { Moment } from "@repo/app-kit/moment";
import { Notice } from "@repo/app-kit/notice";
import type { Access } from "../../access.ts";
import type { ListProblem, ListView } from "../../sheets/sheet-views.ts";
import { Shell } from "../../ui/shell.tsx";
import type { StaffPortalParts } from "./staff-portal-parts.ts";

/** What a kind of list is called. */
const kinds = { course: "Course list", roster: "Class roster" } as const;

function ListRow({ list }: { list: ListView }) {
  return (
    <tr>
      <td dir="auto">{list.name}</td>
      <td>{kinds[list.kind]}</td>
      <td>{list.examType ?? "every exam type"}</td>
      <td class="number">{list.entries.toLocaleString("en")}</td>
      <td class="when">
        <Moment at={list.createdAt} />
      </td>
      <td>
        <details class="action danger">
          <summary aria-label={`Remove ${list.name}`}>Remove</summary>
          <form method="post" action={`/portal/staff/lists/${list.id}/remove`}>
            <p>What was accepted with it stays accepted.</p>
            <button type="submit">Remove it</button>
          </form>
        </details>
      </td>
    </tr>
  );
}

/** What was filled into the form, when it is shown again. */
export interface FilledList {
  kind: "course" | "roster";
  name: string;
  examType: string | undefined;
}

/** Course lists and class rosters, with the form that brings new ones. */
export function ListsPage(props: {
  parts: StaffPortalParts;
  access: Access;
  lists: readonly ListView[];
  notice: string | undefined;
  problem?: string | undefined;
  problems?: readonly ListProblem[];
  filled?: FilledList | undefined;
}) {
  const { parts, lists, problems = [], filled } = props;
  return (
    <Shell title="Lists" assets={parts.assets} access={props.access} current="/portal/staff/lists">
      <div class="home">
        <h1>
          Lists <small>of subjects and students</small>
        </h1>
        <form class="inline" method="post" action="/portal/staff/lists/rematch">
          <button type="submit" class="secondary outline">
            Match all sheets again
          </button>
        </form>
      </div>
      <Notice text={props.notice} />
      <Notice text={props.problem} kind="warning" />
      {problems.length === 0 ? null : (
        <div class="banner" data-kind="warning" role="alert">
          <strong>Nothing was stored.</strong> {problems.length === 1 ? "One line is" : `${problems.length} lines are`} wrong:
          <ol class="problems">
            {problems.map(({ line, message }) => (
              <li>
                <b>Line {line.toLocaleString("en")}</b> <span dir="auto">{message}</span>
              </li>
            ))}
          </ol>
        </div>
      )}
      <p class="note">
        A reading is held against every subject code and every student of these lists: the most that can be done for it. Sheets that came
        before a list are matched with it by “Match all sheets again”; nothing is scanned again, and what a person decided stays.
      </p>
      {lists.length === 0 ? (
        <p class="empty">There are no lists yet.</p>
      ) : (
        <div class="table-scroll">
          <table class="lists">
            <thead>
              <tr>
                <th>Name</th>
                <th>Kind</th>
                <th>Holds for</th>
                <th class="number">Entries</th>
                <th class="when">Since</th>
                <th>
                  <span class="visually-hidden">Remove</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {lists.map((list) => (
                <ListRow list={list} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <section aria-labelledby="import">
        <h2 id="import">Import a list</h2>
        <form class="list-form" method="post" action="/portal/staff/lists" enctype="multipart/form-data">
          <label>
            Kind
            <select name="kind">
              <option value="course" selected={filled?.kind !== "roster"}>
                Course list: subject_code, subject_name
              </option>
              <option value="roster" selected={filled?.kind === "roster"}>
                Class roster: register_number, student_name
              </option>
            </select>
          </label>
          <label>
            Name
            <input name="name" required maxlength={200} value={filled?.name} placeholder="CSE third year" autocomplete="off" />
          </label>
          <label>
            Exam type
            <select name="exam_type">
              <option value="">every one</option>
              {parts.examTypes.map((type) => (
                <option value={type} selected={type === filled?.examType}>
                  {type}
                </option>
              ))}
            </select>
          </label>
          <label>
            CSV file; the second column may be missing
            <input type="file" name="file" accept=".csv,text/csv,text/plain" required />
          </label>
          <label class="check">
            <input type="checkbox" name="replace" value="yes" /> Takes the place of the list with the same kind and name
          </label>
          <button type="submit">Import</button>
        </form>
      </section>
    </Shell>
  );
}
