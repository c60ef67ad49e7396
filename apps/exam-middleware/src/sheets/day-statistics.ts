import type { Database } from "@repo/app-kit/open-database";
import { and, avg, count, gte, isNotNull, ne, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { artifacts } from "../schema.ts";
import type { DayStatistics } from "./sheet-views.ts";

const dayMs = 86_400_000;
const toDay = (time: number): string => new Date(time).toISOString().slice(0, 10);
const dayOf = (column: PgColumn): SQL<string> => sql<string>`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD')`;
const countIf = (condition: SQL): SQL<number> => sql<number>`(count(*) filter (where ${condition}))::int`;

/**
 * Volume, confidence and corrections per day, UTC: sheets count on the day they were uploaded, readings on the day they were
 * made, reviews on the day a person decided. Counted in the database, so that no table travels.
 */
export async function readDayStatistics(db: Database, days: number, now: number = Date.now()): Promise<DayStatistics[]> {
  const firstDay = now - (days - 1) * dayMs;
  const since = new Date(`${toDay(firstDay)}T00:00:00Z`);
  const kept = ne(artifacts.workflowStatus, "DELETED");
  const { uploadedAt, extractedAt, reviewedAt, reviewOutcome, workflowStatus, attemptNumber, confidence } = artifacts;
  const uploads = await db
    .select({
      day: dayOf(uploadedAt),
      uploaded: count(),
      failed: countIf(sql`${workflowStatus} = 'FAILED' and ${attemptNumber} is null`),
    })
    .from(artifacts)
    .where(and(kept, gte(uploadedAt, since)))
    .groupBy(dayOf(uploadedAt));
  const readings = await db
    .select({
      day: dayOf(extractedAt),
      read: count(),
      automatic: countIf(sql`${reviewOutcome} = 'automatic'`),
      meanConfidence: avg(confidence).mapWith(Number),
    })
    .from(artifacts)
    .where(and(kept, isNotNull(extractedAt), gte(extractedAt, since)))
    .groupBy(dayOf(extractedAt));
  const reviews = await db
    .select({ day: dayOf(reviewedAt), reviewed: count(), corrected: countIf(sql`${reviewOutcome} = 'corrected'`) })
    .from(artifacts)
    .where(and(kept, isNotNull(reviewedAt), gte(reviewedAt, since)))
    .groupBy(dayOf(reviewedAt));
  return Array.from({ length: days }, (_, index) => {
    const day = toDay(firstDay + index * dayMs);
    const upload = uploads.find((row) => row.day === day);
    const reading = readings.find((row) => row.day === day);
    const { reviewed = 0, corrected = 0 } = reviews.find((row) => row.day === day) ?? {};
    return {
      day,
      uploaded: upload?.uploaded ?? 0,
      failed: upload?.failed ?? 0,
      read: reading?.read ?? 0,
      automatic: reading?.automatic ?? 0,
      meanConfidence: reading?.meanConfidence ?? null,
      reviewed,
      corrected,
      correctionRate: reviewed === 0 ? null : corrected / reviewed,
    };
  });
}
