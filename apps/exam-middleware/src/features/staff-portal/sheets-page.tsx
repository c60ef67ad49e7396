import { Moment } from "@repo/app-kit/moment";
import { Notice } from "@repo/app-kit/notice";
import { Pager } from "@repo/app-kit/pager";
import type { Access } from "../../access.ts";
import type { SheetPage as Sheets } from "../../sheets/sheet-service.ts";
import type { SheetView } from "../../sheets/sheet-views.ts";
import { reasonNames, statusNames, toPercent } from "../../ui/sheet-words.ts";
import { Shell } from "../../ui/shell.tsx";
import { StatusDetail, StatusLabel } from "../../ui/status-label.tsx";
import { type ListAddress, toAddress } from "./read-filter.ts";
import type { StaffPortalParts } from "./staff-portal-parts.ts";

const path = "/portal/staff/sheets";

/** Sheets on one page. */
export const sheetsPerPage = 50;

function Choice(props: { name: string; label: string; all: string; names: Readonly<Record<string, string>>; value: string | undefined }) {
  return (
    <label>
      {props.label}
      <select name={props.name}>
        <option value="">{props.all}</option>
        {Object.entries(props.names).map(([value, text]) => (
          <option value={value} selected={value === props.value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

function Filters({ address, examTypes }: { address: ListAddress; examTypes: readonly string[] }) {
  // Several states share a name; a list of choices does not repeat itself.
  const { LOCKED_BY_USER: _, SUBMITTING: __, ...states } = statusNames;
  return (
    <form class="search filters" action={path} role="search">
      <label class="wide">
        Search
        <input
          type="search"
          name="search"
          value={address.search}
          placeholder="Register number, subject code or file name"
          autocomplete="off"
        />
      </label>
      <Choice name="status" label="State" all="every state" names={states} value={address.status} />
      <Choice
        name="exam_type"
        label="Exam type"
        all="every type"
        names={Object.fromEntries(examTypes.map((type) => [type, type]))}
        value={address.exam_type}
      />
      <Choice name="attempt" label="Attempt" all="every attempt" names={{ 1: "first", 2: "second" }} value={address.attempt} />
      <Choice name="reason" label="Flag" all="with or without" names={reasonNames} value={address.reason} />
      {address.batch === undefined ? null : <input type="hidden" name="batch" value={address.batch} />}
      <button type="submit">Show</button>
    </form>
  );
}

function Row({ sheet }: { sheet: SheetView }) {
  const name = sheet.registerNumber === null && sheet.subjectCode === null ? sheet.originalFilename : undefined;
  return (
    <tr>
      <td>
        <a href={`${path}/${sheet.id}`} dir="auto">
          {name ?? (
            <>
              <span class="code">{sheet.registerNumber ?? "no number"}</span> <span class="code">{sheet.subjectCode ?? "no subject"}</span>
            </>
          )}
        </a>
        {name === undefined ? (
          <small class="file-name" dir="auto">
            {sheet.originalFilename}
          </small>
        ) : null}
      </td>
      <td>
        {sheet.examType}
        {sheet.attemptNumber === null ? null : <small> attempt {sheet.attemptNumber}</small>}
      </td>
      <td class="number">{toPercent(sheet.confidence)}</td>
      <td>
        <StatusLabel sheet={sheet} /> {sheet.duplicateOf === null ? null : <span class="flag">duplicate</span>}{" "}
        <StatusDetail sheet={sheet} />
      </td>
      <td class="when">
        <Moment at={sheet.uploadedAt} />
      </td>
    </tr>
  );
}

/** Every sheet, newest first, narrowed as the address says. */
export function SheetsPage(props: {
  parts: StaffPortalParts;
  access: Access;
  address: ListAddress;
  page: number;
  listed: Sheets;
  notice: string | undefined;
}) {
  const { parts, address, page, listed } = props;
  const isNarrowed = Object.values(address).some((value) => value !== undefined);
  return (
    <Shell title="Sheets" assets={parts.assets} access={props.access} current={path}>
      <h1>
        Sheets <small>{listed.total.toLocaleString("en")}</small>
      </h1>
      <Notice text={props.notice} />
      <Filters address={address} examTypes={parts.examTypes} />
      {listed.sheets.length === 0 ? (
        <p class="empty">
          {listed.total > 0 ? (
            <>
              There are fewer pages. <a href={toAddress(path, { ...address })}>To the newest sheets</a>
            </>
          ) : isNarrowed ? (
            <>
              No sheet is like that. <a href={path}>Show all</a>
            </>
          ) : (
            <>
              No sheets yet. <a href="/portal/staff">Upload the first ones</a>
            </>
          )}
        </p>
      ) : (
        <div class="table-scroll">
          <table class="sheets">
            <thead>
              <tr>
                <th>Sheet</th>
                <th>Exam</th>
                <th class="number">Sure</th>
                <th>State</th>
                <th class="when">Uploaded</th>
              </tr>
            </thead>
            <tbody>
              {listed.sheets.map((sheet) => (
                <Row sheet={sheet} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Pager
        page={page}
        perPage={sheetsPerPage}
        total={listed.total}
        toAddress={(number) => toAddress(path, { ...address, page: number === 1 ? undefined : number })}
      />
      <p class="downloads">
        <a role="button" class="outline" href={toAddress("/portal/staff/export", { ...address, format: "csv" })} download>
          CSV
        </a>
        <a role="button" class="outline" href={toAddress("/portal/staff/export", { ...address, format: "json" })} download>
          JSON
        </a>
        <small>{isNarrowed ? "What this list shows, all pages." : "Every sheet."}</small>
        <a href="/portal/staff/log">Scan log</a>
      </p>
    </Shell>
  );
}
