import { createFileStore } from "@repo/app-kit/file-store";
import { createJobQueue } from "@repo/app-kit/job-queue";
import { loadAssets } from "@repo/app-kit/load-assets";
import { parseFieldPattern } from "@repo/contracts/field-pattern";
import type { ReadyResponse } from "@repo/contracts/health";
import { closeStreaming, listen } from "@repo/server-kit/listen";
import type { Logger } from "@repo/server-kit/log";
import { createApp } from "./app.ts";
import type { Config } from "./config.ts";
import { mountAccounts } from "./features/accounts/mount-accounts.tsx";
import { mountMoodlePages } from "./features/moodle-pages/mount-moodle-pages.tsx";
import { mountSignIn } from "./features/sign-in/mount-sign-in.tsx";
import { mountPeople } from "./mount-people.ts";
import { mountPortals } from "./mount-portals.tsx";
import { openExamDatabase, publicFolder } from "./open-exam-database.ts";
import { announceFirstSetup } from "./people/announce-first-setup.ts";
import { openPeople } from "./people/open-people.ts";
import { createReportService } from "./reports/create-report-service.ts";
import { toIntakeRules, toReadingRules } from "./rules.ts";
import { sheetFileTables } from "./schema.ts";
import { createSheetService } from "./sheets/create-sheet-service.ts";
import { createSpaces } from "./spaces.ts";
import { createSubmissionService } from "./submissions/create-submission-service.ts";

/** Opens everything, listens, and gives the steps that stop it again, in order. */
export async function startServer(config: Config, log: Logger): Promise<(() => unknown)[]> {
  const assets = await loadAssets(publicFolder);
  const database = await openExamDatabase(config, (error) => log.warn({ err: error }, "a database connection broke"));
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
  const people = openPeople(db, config);
  const { access, moodle, studentSessions } = people;
  if (moodle !== undefined && config.SECRET_KEY === undefined) {
    log.warn("SECRET_KEY is not set: after a restart students must sign in again, and submit again what Moodle has not taken yet");
  }
  const files = createFileStore(db, sheetFileTables);
  const submissions =
    moodle && (await createSubmissionService({ db, queue, files, moodle, sessions: studentSessions, box: people.moodleTokens, log }));

  let state: ReadyResponse = { ready: true, stage: "ready" };
  const server = createApp({ config, database, access, sheets, reports, spaces, ready: () => state, log });
  mountPortals(server, { config, assets, access, sheets, reports, submissions, spaces });
  mountPeople(server, { config, db, people, sheets, reports, submissions });
  mountSignIn(server, { assets, people });
  mountAccounts(server, { assets, people });
  mountMoodlePages(server, {
    assets,
    access,
    db,
    moodle,
    submissions,
    adminToken: config.MOODLE_ADMIN_TOKEN,
    examTypes: config.EXAM_TYPES,
    registerPattern: parseFieldPattern(config.REGISTER_PATTERN),
  });
  const listener = await listen(server, { port: config.PORT, hostname: config.HOST });
  log.info({ url: listener.url, database: database.kind }, "listening");
  await announceFirstSetup(people, log);

  return [
    () => (state = { ready: false, stage: "stopping", reason: "The server is stopping." }),
    async () => await closeStreaming(listener),
    async () => await queue.close(),
    async () => await spaces.close(),
    async () => await database.close(),
  ];
}
