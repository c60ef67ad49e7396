import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { createFileStore } from "@repo/app-kit/file-store";
import { createJobQueue } from "@repo/app-kit/job-queue";
import { type OpenDatabase, openDatabase } from "@repo/app-kit/open-database";
import { createSecretBox, type SecretBox } from "@repo/app-kit/secret-box";
import { createSilentLogger } from "@repo/server-kit/log";
import { Secret } from "@repo/server-kit/secret";
import { testDatabase } from "@repo/testing/test-database";
import { createMoodle } from "../src/moodle/create-moodle.ts";
import type { Moodle } from "../src/moodle/moodle.ts";
import { createStudentSessions, type StudentSessions } from "../src/people/student-sessions.ts";
import { artifacts, subjectMappings, sheetFileTables } from "../src/schema.ts";
import { createSubmissionService } from "../src/submissions/create-submission-service.ts";
import type { SubmissionService } from "../src/submissions/submission-service.ts";

/** Folder of the migrations. */
export const migrationsFolder = fileURLToPath(new URL("../migrations", import.meta.url));

/** Submissions over a database of their own and a Moodle at an address. */
export interface TestSubmissions {
  database: OpenDatabase;
  moodle: Moodle;
  sessions: StudentSessions;
  box: SecretBox;
  service: SubmissionService;
  /** Puts an accepted sheet in. @returns its id */
  addSheet(sheet: { registerNumber: string; subjectCode: string; content: string; attemptNumber?: 1 | 2 }): Promise<string>;
  /** Stops as SIGTERM does. */
  close(): Promise<void>;
}

/** Opens one. @param options.directory of the database; default in memory */
export async function openTestSubmissions(options: {
  moodleUrl: string;
  directory?: string;
  firstPauseMs?: number;
  moodleTimeoutMs?: number;
  sessionLifetimeMs?: number;
}): Promise<TestSubmissions> {
  const { moodleUrl, directory = "memory", firstPauseMs = 50, moodleTimeoutMs = 2_000, sessionLifetimeMs = 3_600_000 } = options;
  const log = createSilentLogger();
  const database = await openDatabase({ ...testDatabase(directory), migrationsFolder });
  const queue = await createJobQueue({ database, log });
  const { db } = database;
  const box = createSecretBox(new Secret("a-key-of-at-least-thirty-two-characters"), "moodle-token");
  const sessions = createStudentSessions(db, box, sessionLifetimeMs);
  const moodle = createMoodle({ baseUrl: moodleUrl, timeoutMs: moodleTimeoutMs, service: "moodle_mobile_app" });
  const files = createFileStore(db, sheetFileTables);
  const service = await createSubmissionService({ db, queue, files, moodle, sessions, box, log, firstPauseMs });
  return {
    database,
    moodle,
    sessions,
    box,
    service,
    addSheet: async ({ registerNumber, subjectCode, content, attemptNumber = 1 }) => {
      const { sha256 } = await files.put(db, new TextEncoder().encode(content), "application/pdf");
      const artifactUuid = randomUUID();
      await db.insert(artifacts).values({
        artifactUuid,
        fileHash: sha256,
        originalFilename: "scan0001.pdf",
        parsedRegNo: registerNumber,
        parsedSubjectCode: subjectCode,
        attemptNumber,
        workflowStatus: "VALIDATED",
      });
      return artifactUuid;
    },
    close: async () => {
      await queue.close();
      await database.close();
    },
  };
}

/** Says which assignment takes the sheets of a subject. */
export async function mapSubject({ db }: OpenDatabase, subjectCode: string, moodleAssignmentId: number): Promise<void> {
  await db.insert(subjectMappings).values({ id: randomUUID(), subjectCode, moodleCourseId: 3, moodleAssignmentId }).onConflictDoNothing();
}
