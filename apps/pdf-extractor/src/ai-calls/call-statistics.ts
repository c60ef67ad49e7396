import type { Database } from "@repo/app-kit/open-database";
import { desc, sql } from "drizzle-orm";
import { aiCalls } from "../schema.ts";

/** How one day's calls went. */
export interface CallDay {
  /** YYYY-MM-DD, UTC. */
  day: string;
  succeeded: number;
  failed: number;
  /** Pictures or texts of the attempts that succeeded. */
  items: number;
  /** US dollars. */
  cost: number;
  /** Latency of the attempts that succeeded, milliseconds: half, 95 and 99 of 100 were not slower; null when there are none. */
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
}

/** Sums of calls of one model. */
export interface CallsOfModel {
  model: string;
  calls: number;
  failed: number;
  cost: number;
}

/** A row of the log. */
export type CallRow = typeof aiCalls.$inferSelect;

interface DayRow {
  day: string;
  succeeded: number | string;
  failed: number | string;
  items: number | string | null;
  cost: number | string | null;
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

const toRows = <Row>(result: unknown): Row[] => (result as { rows: Row[] }).rows;

/** The last `count` days, the present one last; days without calls included. */
export async function readCallDays(db: Database, count: number): Promise<CallDay[]> {
  const first = new Date(Date.now() - (count - 1) * 86_400_000).toISOString().slice(0, 10);
  const result = await db.execute(sql`
    select to_char(${aiCalls.createdAt} at time zone 'UTC', 'YYYY-MM-DD') as day,
      count(*) filter (where ${aiCalls.status} = 'succeeded') as succeeded,
      count(*) filter (where ${aiCalls.status} = 'failed') as failed,
      sum(${aiCalls.batchSize}) filter (where ${aiCalls.status} = 'succeeded') as items,
      sum(${aiCalls.cost}) as cost,
      percentile_cont(0.5) within group (order by ${aiCalls.latencyMs}) filter (where ${aiCalls.status} = 'succeeded') as p50,
      percentile_cont(0.95) within group (order by ${aiCalls.latencyMs}) filter (where ${aiCalls.status} = 'succeeded') as p95,
      percentile_cont(0.99) within group (order by ${aiCalls.latencyMs}) filter (where ${aiCalls.status} = 'succeeded') as p99
    from ${aiCalls}
    where ${aiCalls.createdAt} >= ${`${first}T00:00:00Z`}::timestamptz
    group by 1`);
  const known = new Map(toRows<DayRow>(result).map((row) => [row.day, row]));
  return Array.from({ length: count }, (_, index) => {
    const day = new Date(Date.parse(first) + index * 86_400_000).toISOString().slice(0, 10);
    const row = known.get(day);
    return {
      day,
      succeeded: Number(row?.succeeded ?? 0),
      failed: Number(row?.failed ?? 0),
      items: Number(row?.items ?? 0),
      cost: Number(row?.cost ?? 0),
      p50Ms: row?.p50 ?? null,
      p95Ms: row?.p95 ?? null,
      p99Ms: row?.p99 ?? null,
    };
  });
}

/** Sums per model since the log began, the most used first. */
export async function readCallsByModel(db: Database): Promise<CallsOfModel[]> {
  const calls = sql<number>`count(*)`.mapWith(Number);
  return await db
    .select({
      model: aiCalls.model,
      calls,
      failed: sql<number>`count(*) filter (where ${aiCalls.status} = 'failed')`.mapWith(Number),
      cost: sql<number>`sum(${aiCalls.cost})`.mapWith(Number),
    })
    .from(aiCalls)
    .groupBy(aiCalls.model)
    .orderBy(desc(calls));
}

/** The newest attempts; of one document, or of one day (UTC). */
export async function readCalls(
  db: Database,
  { limit, jobId, day }: { limit: number; jobId?: string | undefined; day?: string | undefined },
): Promise<CallRow[]> {
  const conditions = [
    ...(jobId === undefined ? [] : [sql`${aiCalls.jobId} = ${jobId}`]),
    ...(day === undefined ? [] : [sql`to_char(${aiCalls.createdAt} at time zone 'UTC', 'YYYY-MM-DD') = ${day}`]),
  ];
  return await db
    .select()
    .from(aiCalls)
    .where(conditions.length === 0 ? undefined : sql.join(conditions, sql` and `))
    .orderBy(desc(aiCalls.id))
    .limit(limit);
}
