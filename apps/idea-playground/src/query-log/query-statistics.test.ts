import { beforeAll, expect, test } from "vitest";
import { llmQueryLogs } from "../schema.ts";
import { openDatabaseTimeoutMs, openSharedDatabase, openTestServices } from "../../test/open-test-services.ts";
import { createQueryLog } from "./query-log.ts";
import { readQueries, readUsageDays, readUsageOfTiers } from "./query-statistics.ts";

beforeAll(openSharedDatabase, openDatabaseTimeoutMs);

const now = Date.parse("2026-11-29T12:00:00Z");
const question = {
  operation: "generate",
  tier: "company",
  answeredBy: "company",
  queryText: "Name a tool",
  durationMs: 100,
  promptTokens: 10,
  generatedTokens: 5,
  firstTokenMs: 20,
  createdAt: new Date("2026-11-29T08:00:00Z"),
} as const;

test("a day's questions are counted per tier, with percentiles of those that were drawn", async (context) => {
  const { database } = await openTestServices(context);
  const { db } = database;
  await db
    .insert(llmQueryLogs)
    .values([
      ...[100, 200, 300].map((durationMs) => ({ ...question, durationMs })),
      { ...question, answeredBy: "base" as const, durationMs: 400 },
      { ...question, cached: true, durationMs: 0.1, promptTokens: 0, generatedTokens: 0 },
      { ...question, answeredBy: null, errorCode: "model_unavailable", durationMs: 9_000, promptTokens: null, generatedTokens: null },
      { ...question, answeredBy: null, errorCode: "cancelled", durationMs: 5 },
      { ...question, tier: "base" as const, createdAt: new Date("2026-11-27T23:59:59Z") },
      { ...question, tier: "base" as const, createdAt: new Date("2026-10-01T00:00:00Z") },
    ]);
  const days = await readUsageDays(db, 3, now);
  expect(days.map(({ day }) => day)).toEqual(["2026-11-27", "2026-11-28", "2026-11-29"]);
  expect(days[2]?.tiers[1]).toEqual({
    tier: "company",
    questions: 6,
    failed: 1,
    stoodIn: 1,
    cached: 1,
    promptTokens: 50,
    generatedTokens: 25,
    p50Ms: 250,
    p95Ms: expect.closeTo(385, 0) as number,
    firstTokenP50Ms: 20,
  });
  expect(days[0]?.tiers[0]).toMatchObject({ tier: "base", questions: 1 });
  expect(days[1]?.tiers.every(({ questions, p50Ms }) => questions === 0 && p50Ms === null)).toBe(true);
  const [base, company] = await readUsageOfTiers(db, 30, now);
  expect([base?.questions, company?.questions]).toEqual([1, 6]);
  const failed = await readQueries(db, { day: "2026-11-29", tier: "company", onlyFailed: true }, { page: 1, perPage: 10 });
  expect(failed.queries.map(({ errorCode }) => errorCode ?? "").toSorted((a, b) => a.localeCompare(b))).toEqual([
    "cancelled",
    "model_unavailable",
  ]);
  expect(await readQueries(db, { onlyFailed: false }, { page: 2, perPage: 5 })).toMatchObject({ total: 9 });
});

test("the log keeps what a database can hold, and forgets what is old", async (context) => {
  const { database } = await openTestServices(context);
  const { db } = database;
  const errors: unknown[] = [];
  const log = createQueryLog(db, { keepDays: 30, onError: (error) => errors.push(error) });
  log.record({ operation: "generate", tier: "base", queryText: `zero \0 half \uD800 ${"long ".repeat(1_000)}`, durationMs: 1 });
  await log.flush();
  expect(errors).toEqual([]);
  const [row] = await db.select().from(llmQueryLogs);
  expect(row?.queryText).toMatch(/^zero {2}half \uFFFD long/u);
  expect(row?.queryText.length).toBeLessThanOrEqual(500);
  expect(await log.purge()).toBe(0);
  expect(await log.purge(new Date(Date.now() + 31 * 86_400_000))).toBe(1);
});
