import { createJobQueue, type JobQueue } from "@repo/app-kit/job-queue";
import type { Assets } from "@repo/app-kit/load-assets";
import { type OpenDatabase, openDatabase } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import { createSilentLogger } from "@repo/server-kit/log";
import type { Server } from "@repo/server-kit/server";
import { testDatabase } from "@repo/testing/test-database";
import { waitUntil } from "@repo/testing/wait-until";
import { sql } from "drizzle-orm";
import type { Access, AccessControl, Actor } from "../src/access.ts";
import { createApp } from "../src/app.ts";
import { type Config, configSchema } from "../src/config.ts";
import { mountPortals } from "../src/mount-portals.tsx";
import { migrationsFolder } from "../src/open-exam-database.ts";
import { createReportService } from "../src/reports/create-report-service.ts";
import type { ReportService } from "../src/reports/report-service.ts";
import { toIntakeRules, toReadingRules } from "../src/rules.ts";
import { createSheetService } from "../src/sheets/create-sheet-service.ts";
import type { SheetService } from "../src/sheets/sheet-service.ts";
import type { SheetDetails } from "../src/sheets/sheet-views.ts";
import { createSpaces, type Spaces } from "../src/spaces.ts";
import { type SheetSpace, startSheetSpace } from "./sheet-space.ts";

/** Ids of people of the tests. */
const staffId = "11111111-1111-4111-8111-111111111111";
const adminId = "22222222-2222-4222-8222-222222222222";
/** Staff as services know them. */
export const staffActor: Actor = { type: "staff", id: staffId };
export const staffAccess: Access = { kind: "staff", staffId };

/** Signs in by a word: staff, administrator, or the student's register number. People's real sign-in has tests of its own. */
const testAccess: AccessControl = {
  authorize: async (headers) => {
    const word = headers.get("authorization")?.replace("Bearer ", "");
    if (word === "staff") return await Promise.resolve({ kind: "staff", staffId });
    if (word === "administrator") return { kind: "administrator", staffId: adminId };
    if (word !== undefined && /^\d{12}$/.test(word)) return { kind: "student", registerNumber: word, sessionId: "session" };
    throw new CodedError("unauthorized", "Sign in first.");
  },
};

/** The whole app without its port: real database in memory, real HTTP to a small Space. */
export interface TestApp {
  server: Server;
  sheets: SheetService;
  reports: ReportService;
  database: OpenDatabase;
  queue: JobQueue;
  spaces: Spaces;
  space: SheetSpace;
  config: Config;
  /** The sheet once nothing is waiting to be read. */
  settled(id: string): Promise<SheetDetails>;
  /** Returns when no job waits or runs. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

const nameOnlyAssets: Assets = { url: (name) => `/assets/${name}`, respond: () => undefined };
const lookMs = 40;
const settleMs = 30_000;

/** Opens one. @param variables environment variables beyond the Space's address */
export async function openTestApp(variables: Record<string, string> = {}): Promise<TestApp> {
  const space = await startSheetSpace();
  const config = configSchema.parse({ HF_SPACE_URL: space.url, LOCAL_FALLBACK: "false", SPACE_WAKE_BUDGET_MS: "1000", ...variables });
  const log = createSilentLogger();
  const database = await openDatabase({ ...testDatabase(), migrationsFolder });
  const spaces = createSpaces(config, log);
  const queue = await createJobQueue({ database, log });
  const sheets = await createSheetService({
    database,
    queue,
    reader: spaces.reader,
    log,
    reading: toReadingRules(config),
    intake: toIntakeRules(config),
    maxListEntries: config.MAX_LIST_ENTRIES,
    readingsAtOnce: config.EXTRACTIONS_AT_ONCE,
  });
  const reports = createReportService(database.db, sheets);
  const server = createApp({
    config,
    database,
    access: testAccess,
    sheets,
    reports,
    spaces,
    ready: () => ({ ready: true, stage: "ready" }),
  });
  mountPortals(server, { config, assets: nameOnlyAssets, access: testAccess, sheets, reports, submissions: undefined, spaces });
  return {
    server,
    sheets,
    reports,
    database,
    queue,
    spaces,
    space,
    config,
    settled: async (id) => {
      for (const until = Date.now() + settleMs; ; await new Promise((resolve) => setTimeout(resolve, lookMs))) {
        const sheet = await sheets.get(id, staffAccess);
        if (sheet.status !== "PENDING") return sheet;
        if (Date.now() > until) throw new Error(`The sheet is still not read: ${sheet.waitingFor ?? "no reason"}`);
      }
    },
    idle: async () => {
      const readJobs = async () =>
        await database.db.execute(sql`select name from pgboss.job where state in ('created', 'retry', 'active')`);
      await waitUntil(
        async () => (await readJobs()) as unknown as { rows: object[] },
        ({ rows }) => rows.length === 0,
      );
    },
    close: async () => {
      await queue.close({ graceMs: 1_000 });
      await spaces.close();
      await space.close();
      await database.close();
    },
  };
}
