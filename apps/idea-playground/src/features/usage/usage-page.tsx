import { DayPlot } from "@repo/app-kit/day-plot";
import { SpanTabs } from "@repo/app-kit/days";
import { Moment } from "@repo/app-kit/moment";
import { Pager } from "@repo/app-kit/pager";
import { toCount, toDuration } from "@repo/app-kit/number-words";
import { type Tier, tierWords } from "../../language-models/tiers.ts";
import type { QueryFilter, QueryRow, TierUsage, UsageDay } from "../../query-log/query-statistics.ts";

/** What {@link UsagePage} shows. */
export interface UsagePageProps {
  span: number;
  days: readonly UsageDay[];
  tiers: readonly TierUsage[];
  filter: QueryFilter;
  queries: readonly QueryRow[];
  total: number;
  page: number;
  perPage: number;
}

const tones: Readonly<Record<Tier, string>> = { base: "plain", company: "good", abstraction: "look", user: "busy" };

const toTimeOrNone = (value: number | null): string => (value === null ? "–" : toDuration(value));
const toPercent = (part: number, all: number): string =>
  all === 0 ? "–" : `${((part / all) * 100).toLocaleString("en", { maximumFractionDigits: 1 })} %`;

function toAddress(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string | number] => entry[1] !== undefined && entry[1] !== "");
  return `/usage?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}`;
}

function Plots({ days, tiers, span }: { days: readonly UsageDay[]; tiers: readonly TierUsage[]; span: number }) {
  // A tier that nobody asked would be a line at the bottom.
  const used = tiers.flatMap(({ tier, questions }, index) => (questions > 0 ? [{ tier, index }] : []));
  const series = used.map(({ tier }) => ({ name: tierWords[tier].title, tone: tones[tier] }));
  const href = (day: string): string => toAddress({ days: span, day });
  const toDays = (read: (usage: TierUsage) => number | null) =>
    days.map(({ day, tiers: of }) => ({
      day,
      values: used.map(({ index }) => {
        const usage = of[index];
        return usage === undefined ? null : read(usage);
      }),
    }));
  const rate = ({ failed, questions }: TierUsage): number | null => (questions === 0 ? null : failed / questions);
  return (
    <div class="plots">
      <DayPlot title="Questions" kind="columns" series={series} days={toDays(({ questions }) => questions)} href={href} />
      <DayPlot title="Error rate" kind="line" series={series} days={toDays(rate)} href={href} />
      <DayPlot
        title="Latency, half are faster"
        kind="line"
        series={series}
        format={toDuration}
        days={toDays(({ p50Ms }) => p50Ms)}
        href={href}
      />
      <DayPlot
        title="Latency, 95 % are faster"
        kind="line"
        series={series}
        format={toDuration}
        days={toDays(({ p95Ms }) => p95Ms)}
        href={href}
      />
      <DayPlot
        title="Tokens"
        kind="columns"
        series={series}
        days={toDays(({ promptTokens, generatedTokens }) => promptTokens + generatedTokens)}
        href={href}
      />
      <DayPlot
        title="First word, half are faster"
        kind="line"
        series={series}
        format={toDuration}
        days={toDays(({ firstTokenP50Ms }) => firstTokenP50Ms)}
        href={href}
      />
    </div>
  );
}

const columns = [
  "Tier",
  "Questions",
  "Errors",
  "Stand-in answered",
  "From the cache",
  "Tokens read",
  "Tokens written",
  "p50",
  "p95",
  "First word p50",
];

function TierTable({ tiers }: { tiers: readonly TierUsage[] }) {
  return (
    <div class="table-scroll">
      <table>
        <thead>
          <tr>
            {columns.map((name, index) => (
              <th class={index === 0 ? undefined : "number"}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {tiers.map((usage) => (
            <tr data-tier={usage.tier}>
              <td>{tierWords[usage.tier].title}</td>
              <td class="number">{toCount(usage.questions)}</td>
              <td class="number">{toPercent(usage.failed, usage.questions)}</td>
              <td class="number">{toPercent(usage.stoodIn, usage.questions)}</td>
              <td class="number">{toPercent(usage.cached, usage.questions)}</td>
              <td class="number">{toCount(usage.promptTokens)}</td>
              <td class="number">{toCount(usage.generatedTokens)}</td>
              <td class="number">{toTimeOrNone(usage.p50Ms)}</td>
              <td class="number">{toTimeOrNone(usage.p95Ms)}</td>
              <td class="number">{toTimeOrNone(usage.firstTokenP50Ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Query({ query }: { query: QueryRow }) {
  const { answeredBy, tier, variant, errorCode, fallbackPath } = query;
  const who = answeredBy === null ? "nobody" : `${answeredBy}${variant === "staging" ? " (staging)" : ""}`;
  const isOwn = answeredBy === tier;
  const tokens = (query.promptTokens ?? 0) + (query.generatedTokens ?? 0);
  return (
    <li>
      <p>{query.queryText}</p>
      <div class="facts">
        <Moment at={query.createdAt} />
        <span>{query.operation}</span>
        <span class="status" data-tone={errorCode === null ? (isOwn ? "good" : "look") : errorCode === "cancelled" ? "over" : "bad"}>
          {tier} → {errorCode === "cancelled" ? "withdrawn" : who}
        </span>
        {query.cached ? <span>from the cache</span> : <span>{toDuration(query.durationMs)}</span>}
        {tokens === 0 ? null : <span>{toCount(tokens)} tokens</span>}
        {query.model === null ? null : <span>{query.model}</span>}
        {query.caller === null ? null : <span>{query.caller}</span>}
      </div>
      {query.errorMessage === null || errorCode === "cancelled" ? null : <p class="status-detail">{query.errorMessage}</p>}
      {errorCode !== null || fallbackPath.length === 0 ? null : (
        <p class="status-detail">
          {fallbackPath
            .map(({ tier: asked, variant: of, reason }) => `${asked}${of === "staging" ? " (staging)" : ""}: ${reason}`)
            .join(" ")}
        </p>
      )}
    </li>
  );
}

function FilterForm({ filter, span, tiers }: { filter: QueryFilter; span: number; tiers: readonly TierUsage[] }) {
  return (
    <form method="get" action="/usage" class="settings-line">
      <input type="hidden" name="days" value={String(span)} />
      <label>
        Day
        <input type="date" name="day" value={filter.day ?? ""} />
      </label>
      <label>
        Tier
        <select name="tier">
          <option value="">all</option>
          {tiers.map(({ tier }) => (
            <option value={tier} selected={tier === filter.tier}>
              {tierWords[tier].title}
            </option>
          ))}
        </select>
      </label>
      <label>
        <input type="checkbox" name="failed" value="on" checked={filter.onlyFailed} /> Only what went wrong
      </label>
      <button type="submit">Show</button>
    </form>
  );
}

/** How the tiers do: numbers per tier, plots per day, and the questions themselves. */
export function UsagePage(props: UsagePageProps) {
  const { span, filter, queries, total, page, perPage } = props;
  const filtered = { days: span, day: filter.day, tier: filter.tier, failed: filter.onlyFailed ? "on" : undefined };
  return (
    <>
      <h1>Usage</h1>
      <SpanTabs span={span} toAddress={(days) => toAddress({ days })} />
      {props.tiers.every(({ questions }) => questions === 0) ? (
        <p class="empty">Nobody has asked anything in these days.</p>
      ) : (
        <Plots days={props.days} tiers={props.tiers} span={span} />
      )}
      <TierTable tiers={props.tiers} />
      <h2 id="questions">
        Questions <small>{toCount(total)}</small>
      </h2>
      <FilterForm filter={filter} span={span} tiers={props.tiers} />
      {queries.length === 0 ? <p class="empty">There are none.</p> : null}
      <ul class="history">
        {queries.map((query) => (
          <Query query={query} />
        ))}
      </ul>
      <Pager page={page} perPage={perPage} total={total} toAddress={(to) => `${toAddress({ ...filtered, page: to })}#questions`} />
    </>
  );
}
