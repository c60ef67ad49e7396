import { randomUUID } from "node:crypto";
import { createFileStore } from "@repo/app-kit/file-store";
import { createJobQueue } from "@repo/app-kit/job-queue";
import type { Assets } from "@repo/app-kit/load-assets";
import { type OpenDatabase, openDatabase } from "@repo/app-kit/open-database";
import { parseFieldPattern } from "@repo/contracts/field-pattern";
import { createServer } from "@repo/server-kit/create-server";
import { createSilentLogger } from "@repo/server-kit/log";
import type { Server } from "@repo/server-kit/server";
import { testDatabase } from "@repo/testing/test-database";
import { configSchema } from "../src/config.ts";
import { mountAccounts } from "../src/features/accounts/mount-accounts.tsx";
import { mountMoodlePages } from "../src/features/moodle-pages/mount-moodle-pages.tsx";
import { mountSignIn } from "../src/features/sign-in/mount-sign-in.tsx";
import { mountPeople } from "../src/mount-people.ts";
import { type People, openPeople } from "../src/people/open-people.ts";
import { createReportService } from "../src/reports/create-report-service.ts";
import { toIntakeRules, toReadingRules } from "../src/rules.ts";
import { artifacts, sheetFileTables } from "../src/schema.ts";
import { createSheetService } from "../src/sheets/create-sheet-service.ts";
import { createSubmissionService } from "../src/submissions/create-submission-service.ts";
import { type FakeMoodle, startFakeMoodle } from "./fake-moodle.ts";
import { mapSubject, migrationsFolder } from "./open-test-submissions.ts";

/** Everything about people over a database in memory and a Moodle: ada and bob are students. */
export interface TestPeople {
  server: Server;
  people: People;
  database: OpenDatabase;
  moodle: FakeMoodle;
  /** Sends a request; host is sheets.example. */
  ask(method: string, path: string, options?: AskOptions): Promise<Answer>;
  /** Puts an accepted sheet in. @returns its id */
  addSheet(registerNumber: string, subjectCode: string): Promise<string>;
  close(): Promise<void>;
}

/** What a request has besides method and path. */
interface AskOptions {
  headers?: Record<string, string>;
  json?: unknown;
  form?: Record<string, string>;
}

/** What came back. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: Record<string, unknown>;
}

export const host = "sheets.example";
export const ada = "212223060001";
export const bob = "212223060002";
const nameOnlyAssets: Assets = { url: (name) => `/assets/${name}`, respond: () => undefined };

/** Opens it. @param variables environment variables beyond Moodle's address */
export async function openTestPeople(variables: Record<string, string> = {}): Promise<TestPeople> {
  const moodle = await startFakeMoodle({
    users: [
      { id: 7, username: "ada", password: "ada's own", fullName: "Ada L.", idNumber: ada },
      { id: 8, username: "bob", password: "bob's own", fullName: "Bob" },
      { id: 9, username: bob, password: "number's own", fullName: "By number" },
    ],
    assignments: [{ id: 11, courseId: 3, cmid: 111, name: "CIA 1", submissionDrafts: true, students: ["ada"] }],
  });
  const config = configSchema.parse({
    MOODLE_BASE_URL: moodle.url,
    MOODLE_ADMIN_TOKEN: "0".repeat(32),
    PUBLIC_URL: `https://${host}/`,
    ...variables,
  });
  const log = createSilentLogger();
  const database = await openDatabase({ ...testDatabase(), migrationsFolder });
  const { db } = database;
  const queue = await createJobQueue({ database, log });
  const sheets = await createSheetService({
    database,
    queue,
    reader: { read: async () => await Promise.reject(new Error("nothing is read here")), explainWait: () => null },
    log,
    reading: toReadingRules(config),
    intake: toIntakeRules(config),
    maxListEntries: 10,
    readingsAtOnce: 0,
  });
  const reports = createReportService(db, sheets);
  const people = openPeople(db, config);
  const files = createFileStore(db, sheetFileTables);
  const client = people.moodle;
  const submissions =
    client &&
    (await createSubmissionService({ db, queue, files, moodle: client, sessions: people.studentSessions, box: people.moodleTokens, log }));
  const server = createServer({ name: "exam-middleware", version: "0", authenticate: people.access.authorize, corsOrigins: [], log });
  mountPeople(server, { config, db, people, sheets, reports, submissions });
  mountSignIn(server, { assets: nameOnlyAssets, people });
  mountAccounts(server, { assets: nameOnlyAssets, people });
  mountMoodlePages(server, {
    assets: nameOnlyAssets,
    access: people.access,
    db,
    moodle: client,
    submissions,
    adminToken: config.MOODLE_ADMIN_TOKEN,
    examTypes: config.EXAM_TYPES,
    registerPattern: parseFieldPattern(config.REGISTER_PATTERN),
  });
  await mapSubject(database, "19AI405", 11);
  return {
    server,
    people,
    database,
    moodle,
    ask: async (method, path, { headers = {}, json, form } = {}) => {
      const body = form === undefined ? (json === undefined ? {} : { body: JSON.stringify(json) }) : { body: new URLSearchParams(form) };
      const response = await server.app.request(`http://${host}${path}`, {
        method,
        headers: { host, ...(json === undefined ? {} : { "content-type": "application/json" }), ...headers },
        ...body,
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        text,
        body: text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : {},
      };
    },
    addSheet: async (registerNumber, subjectCode) => {
      const { sha256 } = await files.put(db, new TextEncoder().encode(`%PDF ${registerNumber} ${subjectCode}`), "application/pdf");
      const artifactUuid = randomUUID();
      const place = { parsedRegNo: registerNumber, parsedSubjectCode: subjectCode, attemptNumber: 1, workflowStatus: "VALIDATED" } as const;
      await db.insert(artifacts).values({ artifactUuid, fileHash: sha256, originalFilename: "scan.pdf", ...place });
      return artifactUuid;
    },
    close: async () => {
      await queue.close();
      await database.close();
      await moodle.close();
    },
  };
}
