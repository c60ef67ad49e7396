import { Moment } from "@repo/app-kit/moment";
import { Pager } from "@repo/app-kit/pager";
import type { Access } from "../../access.ts";
import type { SheetPage as Sheets } from "../../sheets/sheet-service.ts";
import type { SheetView } from "../../sheets/sheet-views.ts";
import { toPercent, toSize } from "../../ui/sheet-words.ts";
import { Shell } from "../../ui/shell.tsx";
import { StatusDetail, StatusLabel } from "../../ui/status-label.tsx";
import { sheetsPerPage } from "./sheets-page.tsx";
import type { StaffPortalParts } from "./staff-portal-parts.ts";

const path = "/portal/staff/log";

function Entry({ sheet }: { sheet: SheetView }) {
  const waitedMs = sheet.extractedAt === null ? undefined : sheet.extractedAt.getTime() - sheet.uploadedAt.getTime();
  return (
    <tr>
      <td class="when">
        <Moment at={sheet.uploadedAt} />
      </td>
      <td>
        <a href={`/portal/staff/sheets/${sheet.id}`} dir="auto">
          {sheet.originalFilename}
        </a>{" "}
        <small>{toSize(sheet.sizeBytes)}</small>
      </td>
      <td class="code">{sheet.registerNumber ?? "–"}</td>
      <td class="number">{toPercent(sheet.registerConfidence)}</td>
      <td class="code">{sheet.subjectCode ?? "–"}</td>
      <td class="number">{toPercent(sheet.subjectConfidence)}</td>
      <td class="number">{waitedMs === undefined ? "–" : `${(waitedMs / 1000).toFixed(1)} s`}</td>
      <td>
        <StatusLabel sheet={sheet} /> <StatusDetail sheet={sheet} />
      </td>
    </tr>
  );
}

/** Every file that came, and what was read on it. */
export function LogPage(props: { parts: StaffPortalParts; access: Access; page: number; listed: Sheets }) {
  const { listed, page } = props;
  return (
    <Shell title="Scan log" assets={props.parts.assets} access={props.access} current="/portal/staff/sheets">
      <p class="crumb">
        <a href="/portal/staff/sheets">Sheets</a>
      </p>
      <h1>
        Scan log <small>{listed.total.toLocaleString("en")} files</small>
      </h1>
      {listed.sheets.length === 0 ? (
        <p class="empty">Nothing was scanned yet.</p>
      ) : (
        <div class="table-scroll">
          <table class="log">
            <thead>
              <tr>
                <th class="when">Arrived</th>
                <th>File</th>
                <th>Register number</th>
                <th class="number">Sure</th>
                <th>Subject</th>
                <th class="number">Sure</th>
                <th class="number">Read after</th>
                <th>Now</th>
              </tr>
            </thead>
            <tbody>
              {listed.sheets.map((sheet) => (
                <Entry sheet={sheet} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Pager page={page} perPage={sheetsPerPage} total={listed.total} toAddress={(number) => `${path}?page=${number}`} />
    </Shell>
  );
}
