import { randomBytes } from "node:crypto";
import { createJobQueue } from "@repo/app-kit/job-queue";
import { loadAssets } from "@repo/app-kit/load-assets";
import { createSecretBox } from "@repo/app-kit/secret-box";
import type { ReadyResponse } from "@repo/contracts/health";
import { listen } from "@repo/server-kit/listen";
import type { Logger } from "@repo/server-kit/log";
import { Secret } from "@repo/server-kit/secret";
import { createApp } from "./app.ts";
import type { Config } from "./config.ts";
import { mountPortals } from "./mount-portals.tsx";
import { openExamDatabase, publicFolder } from "./open-exam-database.ts";
import { createAccessControl } from "./people/create-access-control.ts";
import { createStaffSessions } from "./people/staff-sessions.ts";
import { createStudentSessions } from "./people/student-sessions.ts";
import { createReportService } from "./reports/create-report-service.ts";
import { toIntakeRules, toReadingRules } from "./rules.ts";
import { createSheetService } from "./sheets/create-sheet-service.ts";
import { createSpaces } from "./spaces.ts";

const minuteMs = 60_000;
const keyBytes = 32;

/** Opens everything, listens, and gives the steps that stop it again, in order. */
export async function startServer(config: Config, log: Logger): Promise<(() => unknown)[]> {
  const assets = await loadAssets(publicFolder);
  const database = await openExamDatabase(config, (error) => log.warn({ err: error }, "an idle database connection broke"));
  const { db } = database;
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
  const reports = createReportService(db, sheets);
  const box = createSecretBox(config.SECRET_KEY ?? new Secret(randomBytes(keyBytes).toString("hex")), "moodle-tokens");
  const sessionMs = config.ACCESS_TOKEN_EXPIRE_MINUTES * minuteMs;
  const access = createAccessControl({ staff: createStaffSessions(db, sessionMs), students: createStudentSessions(db, box, sessionMs) });

  let state: ReadyResponse = { ready: true, stage: "ready" };
  const server = createApp({ config, database, access, sheets, reports, spaces, ready: () => state, log });
  mountPortals(server, { config, assets, access, sheets, reports, submissions: undefined, spaces });
  const listener = await listen(server, { port: config.PORT, hostname: config.HOST });
  log.info({ url: listener.url, database: database.kind }, "listening");

  return [
    () => (state = { ready: false, stage: "stopping", reason: "The server is stopping." }),
    // Streams of events never end by themselves, so connections are cut once the answers under way are sent.
    async () =>
      await Promise.race([
        listener.close(),
        new Promise((resolve) => setTimeout(resolve, 1_000)).then(async () => await listener.close({ force: true })),
      ]),
    async () => await queue.close(),
    async () => await spaces.close(),
    async () => await database.close(),
  ];
}
