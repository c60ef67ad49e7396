import { DayPlot } from "@repo/app-kit/day-plot";
import { DayTable, type DayTableProps, SpanTabs } from "@repo/app-kit/days";
import type { Assets } from "@repo/app-kit/load-assets";
import { Moment } from "@repo/app-kit/moment";
import { toCount, toDuration } from "@repo/app-kit/number-words";
import { toDollars } from "../../ai-calls/budget.ts";
import type { CallDay, CallRow, CallsOfModel } from "../../ai-calls/call-statistics.ts";
import { Shell } from "../../ui/shell.tsx";

const toAddress = (parameters: Record<string, string>): string => `/calls?${new URLSearchParams(parameters).toString()}`;
const toDayAddress = (day: string): string => toAddress({ day });

function Plots({ days, budget }: { days: readonly CallDay[]; budget: number | undefined }) {
  return (
    <div class="plots">
      <DayPlot
        title="Attempts"
        kind="columns"
        series={[
          { name: "succeeded", tone: "plain" },
          { name: "failed", tone: "bad" },
        ]}
        days={days.map(({ day, succeeded, failed }) => ({ day, values: [succeeded, failed] }))}
        href={toDayAddress}
      />
      <DayPlot
        title="Latency"
        kind="line"
        series={[
          { name: "half are faster", tone: "good" },
          { name: "95 %", tone: "look" },
          { name: "99 %", tone: "bad" },
        ]}
        format={toDuration}
        days={days.map(({ day, p50Ms, p95Ms, p99Ms }) => ({ day, values: [p50Ms, p95Ms, p99Ms] }))}
        href={toDayAddress}
      />
      <DayPlot
        title={budget === undefined ? "Cost" : `Cost (${toDollars(budget)} per day allowed)`}
        kind="columns"
        series={[{ name: "cost", tone: "plain" }]}
        format={toDollars}
        days={days.map(({ day, cost }) => ({ day, values: [cost] }))}
        href={toDayAddress}
      />
      <DayPlot
        title="Pictures and texts"
        kind="columns"
        series={[{ name: "embedded", tone: "good" }]}
        days={days.map(({ day, items }) => ({ day, values: [items] }))}
        href={toDayAddress}
      />
    </div>
  );
}

const toLatency = (value: number | null): string => (value === null ? "" : toDuration(value));
const columns: DayTableProps<CallDay>["columns"] = [
  ["Succeeded", ({ succeeded }) => toCount(succeeded)],
  ["Failed", ({ failed }) => toCount(failed)],
  ["Embedded", ({ items }) => toCount(items)],
  ["p50", ({ p50Ms }) => toLatency(p50Ms)],
  ["p95", ({ p95Ms }) => toLatency(p95Ms)],
  ["p99", ({ p99Ms }) => toLatency(p99Ms)],
  ["Cost", ({ cost }) => toDollars(cost)],
];

function ModelTable({ models }: { models: readonly CallsOfModel[] }) {
  return (
    <div class="table-scroll">
      <table>
        <thead>
          <tr>
            <th>Model</th>
            <th class="number">Attempts</th>
            <th class="number">Failed</th>
            <th class="number">Cost</th>
          </tr>
        </thead>
        <tbody>
          {models.map(({ model, calls, failed, cost }) => (
            <tr>
              <td>{model}</td>
              <td class="number">{calls.toLocaleString("en")}</td>
              <td class="number">{failed.toLocaleString("en")}</td>
              <td class="number">{toDollars(cost)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CallTable({ calls }: { calls: readonly CallRow[] }) {
  return (
    <div class="table-scroll">
      <table class="calls">
        <thead>
          <tr>
            <th>When</th>
            <th>What for</th>
            <th>Model</th>
            <th class="number">Batch</th>
            <th class="number">Attempt</th>
            <th class="number">Latency</th>
            <th class="number">Cost</th>
            <th>Result</th>
          </tr>
        </thead>
        <tbody>
          {calls.map((call) => (
            <tr>
              <td class="when">
                <Moment at={call.createdAt} />
              </td>
              <td>{call.jobId === null ? call.task : <a href={`/documents/${call.jobId}`}>{call.task}</a>}</td>
              <td>{call.model}</td>
              <td class="number">{call.batchSize}</td>
              <td class="number">{call.attempt}</td>
              <td class="number">{toDuration(call.latencyMs)}</td>
              <td class="number">{toDollars(call.cost)}</td>
              <td>
                {call.status === "succeeded" ? (
                  <span class="status" data-tone="good">
                    succeeded
                  </span>
                ) : (
                  <>
                    <span class="status" data-tone="bad">
                      {call.errorCode}
                    </span>{" "}
                    <span class="status-detail">{call.errorMessage}</span>
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Every attempt at a call of the model: how many, how fast, at what cost, and the newest ones. */
export function CallsPage(props: {
  assets: Assets;
  days: readonly CallDay[];
  models: readonly CallsOfModel[];
  calls: readonly CallRow[];
  span: number;
  /** US dollars per day; undefined: no limit. */
  budget: number | undefined;
  /** What the newest ones are of. */
  about: { documentId?: string | undefined; day?: string | undefined };
}) {
  const { days, models, calls, span, about } = props;
  const heading =
    about.documentId !== undefined ? "Calls for one document" : about.day !== undefined ? `Calls of ${about.day}` : "Newest calls";
  return (
    <Shell title="Calls" assets={props.assets} current="/calls">
      <h1>Calls of the model</h1>
      {models.length === 0 ? (
        <p class="empty">
          No calls yet. They come with the first document: <a href="/">upload one</a>
        </p>
      ) : (
        <>
          <SpanTabs span={span} toAddress={(choice) => toAddress({ days: String(choice) })} />
          <Plots days={days} budget={props.budget} />
          <DayTable days={days} columns={columns} toAddress={toDayAddress} />
          <ModelTable models={models} />
          <h2>
            {heading} {about.documentId === undefined && about.day === undefined ? null : <a href="/calls">all</a>}
          </h2>
          <CallTable calls={calls} />
        </>
      )}
    </Shell>
  );
}
