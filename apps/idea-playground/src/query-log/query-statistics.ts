import type { Database } from "@repo/app-kit/open-database";
import { and, desc, eq, gte, lt, type SQL, sql } from "drizzle-orm";
import { type Tier, tiers } from "../language-models/tiers.ts";
import { llmQueryLogs } from "../schema.ts";

/** How a tier did on one day, or over a span of days. */
export interface TierUsage {
  tier: Tier;
  /** Questions, answers out of the cache included. */
  questions: number;
  /** Nobody answered, or the question was wrong. Withdrawn questions count as neither. */
  failed: number;
  /** Answered by another one than the tier itself. */
  stoodIn: number;
  cached: number;
  promptTokens: number;
  generatedTokens: number;
  /** Milliseconds of answers that were not cached: half and 95 of 100 were not slower; null when there are none. */
  p50Ms: number | null;
  p95Ms: number | null;
  firstTokenP50Ms: number | null;
}

/** A day with what each tier did, in the order of the tiers. */
export interface UsageDay {
  /** YYYY-MM-DD, UTC. */
  day: string;
  tiers: readonly TierUsage[];
}

/** A row of the log. */
export type QueryRow = typeof llmQueryLogs.$inferSelect;

interface UsageRow {
  day?: string;
  tier: Tier;
  questions: number | string;
  failed: number | string;
  stood_in: number | string;
  cached: number | string;
  prompt_tokens: number | string | null;
  generated_tokens: number | string | null;
  p50: number | null;
  p95: number | null;
  first50: number | null;
}

const dayMs = 86_400_000;
const toRows = <Row>(result: unknown): Row[] => (result as { rows: Row[] }).rows;
const toDay = (moment: number): string => new Date(moment).toISOString().slice(0, 10);
const log = llmQueryLogs;
/** Withdrawn by whoever asked: nobody's failure. */
const isWithdrawn = sql`${log.errorCode} is not distinct from 'cancelled'`;
const isDrawn = sql`${log.errorCode} is null and not ${log.cached}`;

const sums = sql`
  count(*) filter (where not (${isWithdrawn})) as questions,
  count(*) filter (where ${log.errorCode} is not null and not (${isWithdrawn})) as failed,
  count(*) filter (where ${log.errorCode} is null and ${log.answeredBy} <> ${log.tier}) as stood_in,
  count(*) filter (where ${log.cached}) as cached,
  sum(${log.promptTokens}) as prompt_tokens,
  sum(${log.generatedTokens}) as generated_tokens,
  percentile_cont(0.5) within group (order by ${log.durationMs}) filter (where ${isDrawn}) as p50,
  percentile_cont(0.95) within group (order by ${log.durationMs}) filter (where ${isDrawn}) as p95,
  percentile_cont(0.5) within group (order by ${log.firstTokenMs}) filter (where ${isDrawn}) as first50`;

function toUsage(tier: Tier, row: UsageRow | undefined): TierUsage {
  return {
    tier,
    questions: Number(row?.questions ?? 0),
    failed: Number(row?.failed ?? 0),
    stoodIn: Number(row?.stood_in ?? 0),
    cached: Number(row?.cached ?? 0),
    promptTokens: Number(row?.prompt_tokens ?? 0),
    generatedTokens: Number(row?.generated_tokens ?? 0),
    p50Ms: row?.p50 ?? null,
    p95Ms: row?.p95 ?? null,
    firstTokenP50Ms: row?.first50 ?? null,
  };
}

function since(count: number, now: number): { first: string; condition: SQL } {
  const first = toDay(now - (count - 1) * dayMs);
  return { first, condition: sql`${log.createdAt} >= ${`${first}T00:00:00Z`}::timestamptz` };
}

/** The last `count` days, the present one last; days without questions included. */
export async function readUsageDays(db: Database, count: number, now = Date.now()): Promise<UsageDay[]> {
  const { first, condition } = since(count, now);
  const result = await db.execute(sql`
    select to_char(${log.createdAt} at time zone 'UTC', 'YYYY-MM-DD') as day, ${log.tier} as tier, ${sums}
    from ${log} where ${condition} group by 1, 2`);
  const known = new Map(toRows<UsageRow>(result).map((row) => [`${row.day ?? ""} ${row.tier}`, row]));
  return Array.from({ length: count }, (_, index) => {
    const day = toDay(Date.parse(first) + index * dayMs);
    return { day, tiers: tiers.map((tier) => toUsage(tier, known.get(`${day} ${tier}`))) };
  });
}

/** Each tier over the last `count` days. */
export async function readUsageOfTiers(db: Database, count: number, now = Date.now()): Promise<TierUsage[]> {
  const { condition } = since(count, now);
  const result = await db.execute(sql`select ${log.tier} as tier, ${sums} from ${log} where ${condition} group by 1`);
  const known = new Map(toRows<UsageRow>(result).map((row) => [row.tier, row]));
  return tiers.map((tier) => toUsage(tier, known.get(tier)));
}

/** Which questions are listed. */
export interface QueryFilter {
  /** YYYY-MM-DD, UTC; undefined: all. */
  day?: string | undefined;
  tier?: Tier | undefined;
  onlyFailed: boolean;
}

/** Questions, the newest first, and how many there are. @param page from 1 */
export async function readQueries(
  db: Database,
  { day, tier, onlyFailed }: QueryFilter,
  { page, perPage }: { page: number; perPage: number },
): Promise<{ queries: QueryRow[]; total: number }> {
  const start = day === undefined ? undefined : new Date(`${day}T00:00:00Z`);
  const conditions = and(
    start === undefined ? undefined : gte(log.createdAt, start),
    start === undefined ? undefined : lt(log.createdAt, new Date(start.getTime() + dayMs)),
    tier === undefined ? undefined : eq(log.tier, tier),
    onlyFailed ? sql`(${log.errorCode} is not null or jsonb_array_length(${log.fallbackPath}) > 0)` : undefined,
  );
  const queries = await db
    .select()
    .from(log)
    .where(conditions)
    .orderBy(desc(log.createdAt), desc(log.id))
    .limit(perPage)
    .offset((page - 1) * perPage);
  return { queries, total: await db.$count(log, conditions) };
}
