import { DayPlot } from "@repo/app-kit/day-plot";
import type { Access } from "../../access.ts";
import type { WorkflowStatus } from "../../schema.ts";
import type { DayStatistics, StatusCounts } from "../../sheets/sheet-views.ts";
import { statusNames, toPercent, toTone } from "../../ui/sheet-words.ts";
import { Shell } from "../../ui/shell.tsx";
import { toAddress } from "./read-filter.ts";
import type { StaffPortalParts } from "./staff-portal-parts.ts";

/** Spans of time to choose from, days. */
export const spans = [7, 30, 90] as const;

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

function DayTable({ days }: { days: readonly DayStatistics[] }) {
  return (
    <details>
      <summary>The numbers</summary>
      <div class="table-scroll">
        <table>
          <thead>
            <tr>
              {["Day (UTC)", "Uploaded", "Read", "Automatic", "Reviewed", "Corrected", "Failed", "Mean confidence", "Correction rate"].map(
                (name, index) => (
                  <th class={index === 0 ? undefined : "number"}>{name}</th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {days.toReversed().map((day) => (
              <tr>
                <td>
                  <a href={toDayAddress(day.day)}>{day.day}</a>
                </td>
                {[day.uploaded, day.read, day.automatic, day.reviewed, day.corrected, day.failed].map((count) => (
                  <td class="number">{count.toLocaleString("en")}</td>
                ))}
                <td class="number">{toPercent(day.meanConfidence)}</td>
                <td class="number">{toPercent(day.correctionRate)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

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
      <nav class="tabs" aria-label="Span of time">
        {spans.map((choice) => (
          <a href={toAddress("/portal/staff/statistics", { days: choice })} aria-current={choice === span ? "page" : undefined}>
            {choice} days
          </a>
        ))}
      </nav>
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
      <DayTable days={days} />
    </Shell>
  );
}
