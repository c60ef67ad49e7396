import { DayPlot } from "@repo/app-kit/day-plot";
import { DayTable, type DayTableProps, SpanTabs } from "@repo/app-kit/days";
import { toCount } from "@repo/app-kit/number-words";
import type { Access } from "../../access.ts";
import type { WorkflowStatus } from "../../schema.ts";
import type { DayStatistics, StatusCounts } from "../../sheets/sheet-views.ts";
import { statusNames, toPercent, toTone } from "../../ui/sheet-words.ts";
import { Shell } from "../../ui/shell.tsx";
import { toAddress } from "./read-filter.ts";
import type { StaffPortalParts } from "./staff-portal-parts.ts";

const toDayAddress = (day: string): string => toAddress("/portal/staff/sheets", { day });

function Counts({ counts }: { counts: StatusCounts }) {
  const set = (Object.entries(counts) as [WorkflowStatus, number][]).filter(([, count]) => count > 0);
  if (set.length === 0) {
    return (
      <p class="empty">
        No sheets yet. <a href="/portal/staff">Upload the first ones</a>
      </p>
    );
  }
  return (
    <ul class="counts">
      {set.map(([status, count]) => (
        <li>
          <a href={toAddress("/portal/staff/sheets", { status })} data-tone={toTone(status)}>
            <strong>{count.toLocaleString("en")}</strong> {statusNames[status]}
          </a>
        </li>
      ))}
    </ul>
  );
}

const columns: DayTableProps<DayStatistics>["columns"] = [
  ["Uploaded", ({ uploaded }) => toCount(uploaded)],
  ["Read", ({ read }) => toCount(read)],
  ["Automatic", ({ automatic }) => toCount(automatic)],
  ["Reviewed", ({ reviewed }) => toCount(reviewed)],
  ["Corrected", ({ corrected }) => toCount(corrected)],
  ["Failed", ({ failed }) => toCount(failed)],
  ["Mean confidence", ({ meanConfidence }) => toPercent(meanConfidence)],
  ["Correction rate", ({ correctionRate }) => toPercent(correctionRate)],
];

/** How many sheets there are in each state, and how the days went. */
export function StatisticsPage(props: {
  parts: StaffPortalParts;
  access: Access;
  counts: StatusCounts;
  days: readonly DayStatistics[];
  span: number;
}) {
  const { days, span } = props;
  return (
    <Shell title="Statistics" assets={props.parts.assets} access={props.access} current="/portal/staff/statistics">
      <h1>Statistics</h1>
      <Counts counts={props.counts} />
      <SpanTabs span={span} toAddress={(choice) => toAddress("/portal/staff/statistics", { days: choice })} />
      <div class="plots">
        <DayPlot
          title="Sheets uploaded"
          kind="columns"
          series={[
            { name: "stored and read", tone: "plain" },
            { name: "failed", tone: "bad" },
          ]}
          days={days.map(({ day, uploaded, failed }) => ({ day, values: [uploaded - failed, failed] }))}
          href={toDayAddress}
        />
        <DayPlot
          title="Decisions"
          kind="columns"
          series={[
            { name: "automatic", tone: "good" },
            { name: "accepted by a person", tone: "plain" },
            { name: "corrected", tone: "look" },
          ]}
          days={days.map(({ day, automatic, reviewed, corrected }) => ({ day, values: [automatic, reviewed - corrected, corrected] }))}
          href={toDayAddress}
        />
        <DayPlot
          title="Mean confidence of readings"
          kind="line"
          series={[{ name: "Mean confidence", tone: "plain" }]}
          days={days.map(({ day, meanConfidence }) => ({ day, values: [meanConfidence] }))}
          href={toDayAddress}
        />
        <DayPlot
          title="Corrected of those a person looked at"
          kind="line"
          series={[{ name: "Correction rate", tone: "look" }]}
          days={days.map(({ day, correctionRate }) => ({ day, values: [correctionRate] }))}
          href={toDayAddress}
        />
      </div>
      <DayTable days={days} columns={columns} toAddress={toDayAddress} />
    </Shell>
  );
}
