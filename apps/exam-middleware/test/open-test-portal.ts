import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { createJobQueue } from "@repo/app-kit/job-queue";
import { type Assets, loadAssets } from "@repo/app-kit/load-assets";
import { type OpenDatabase, openDatabase } from "@repo/app-kit/open-database";
import { createSecretBox } from "@repo/app-kit/secret-box";
import type { Candidate, ExtractResponse } from "@repo/contracts/answer-sheets";
import { CodedError } from "@repo/contracts/coded-error";
import { parseFieldPattern } from "@repo/contracts/field-pattern";
import { createServer } from "@repo/server-kit/create-server";
import { createSilentLogger } from "@repo/server-kit/log";
import { Secret } from "@repo/server-kit/secret";
import type { Server } from "@repo/server-kit/server";
import { testDatabase } from "@repo/testing/test-database";
import { mountPortals } from "../src/mount-portals.tsx";
import { createAccessControl } from "../src/people/create-access-control.ts";
import { createStaffSessions } from "../src/people/staff-sessions.ts";
import { createStudentSessions } from "../src/people/student-sessions.ts";
import { createReportService } from "../src/reports/create-report-service.ts";
import { staffUsers } from "../src/schema.ts";
import { createSheetService } from "../src/sheets/create-sheet-service.ts";
import type { SheetService } from "../src/sheets/sheet-service.ts";
import type { SheetReader } from "../src/spaces.ts";
import type { SubmissionService } from "../src/submissions/submission-service.ts";

/** Both portals over a database in memory, with the real services; what is read on a sheet, its content says. */
export interface TestPortal {
  server: Server;
  database: OpenDatabase;
  sheets: SheetService;
  /** Session tokens; `student(number)` signs a student in. */
  staff: { token: string; id: string };
  student(registerNumber: string): Promise<string>;
  close(): Promise<void>;
}

/** Options of {@link openTestPortal}. */
export interface TestPortalOptions {
  reader?: SheetReader;
  /** Folder of the built scripts and styles; default none. */
  publicFolder?: string;
  submissions?: SubmissionService;
}

const migrationsFolder = fileURLToPath(new URL("../migrations", import.meta.url));
const nameOnlyAssets: Assets = { url: (name) => `/assets/${name}`, respond: () => undefined };
const sessionMs = 3_600_000;
/** A white point. */
const crop = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR4nGP4//8/AAX+Av4N70a4AAAAAElFTkSuQmCC";

/** A PDF of which {@link readAsWritten} reads what it is given. */
export function writeSheet(reading: Partial<Record<"register" | "subject", [value: string, confidence: number][]>>, salt = ""): Uint8Array {
  return new TextEncoder().encode(`%PDF-1.4\n%${JSON.stringify(reading)}\n%${salt}\n%%EOF`);
}

function toCandidates(readings: [string, number][] | undefined, y: number): Candidate[] {
  return (readings ?? []).map(([value, confidence]) => ({
    value,
    confidence,
    detection_confidence: 0.9,
    box: [0.3, y, 0.2, 0.02],
    page: 1,
    raw: value,
    matched: false,
    crop,
  }));
}

/** Reads sheets of {@link writeSheet}; takes the place of a Space. */
const readAsWritten: SheetReader = {
  read: async ({ bytes }) => {
    const [, line = "%null"] = new TextDecoder().decode(bytes).split("\n");
    const written = JSON.parse(line.slice(1)) as Parameters<typeof writeSheet>[0] | null;
    if (written === null) throw new CodedError("invalid_request", "The file is broken.");
    const [register, subject] = [toCandidates(written.register, 0.14), toCandidates(written.subject, 0.2)];
    const answer: ExtractResponse = {
      success: true,
      register_number: register[0]?.value ?? "",
      register_confidence: register[0]?.confidence ?? 0,
      subject_code: subject[0]?.value ?? "",
      subject_confidence: subject[0]?.confidence ?? 0,
      register_candidates: register,
      subject_candidates: subject,
      regions_found: { register: register.length, subject: subject.length },
      page: 1,
      pages: 1,
      rotation: 0,
      skew_degrees: 0,
      warnings: [],
      suggested_filename: null,
      model: { detector: "d", register_reader: "r", subject_reader: "s", revision: "1" },
      timings_ms: { read: 1, detect: 1, recognise: 1, total: 3 },
    };
    return await Promise.resolve({ answer, mode: "remote" });
  },
  explainWait: () => null,
};

/** Opens one. */
export async function openTestPortal({ reader = readAsWritten, publicFolder, submissions }: TestPortalOptions = {}): Promise<TestPortal> {
  const log = createSilentLogger();
  const database = await openDatabase({ ...testDatabase(), migrationsFolder });
  const { db } = database;
  const queue = await createJobQueue({ database, log });
  const [registerPattern, subjectPattern] = ["[0-9]{12}", "[A-Z0-9]{2,10}"];
  const examTypes = ["CIA1", "CIA2"];
  const extensions = [".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff"];
  const maxFileBytes = 5 * 1024 * 1024;
  const sheets = await createSheetService({
    database,
    queue,
    reader,
    log,
    reading: {
      registerPattern: parseFieldPattern(registerPattern),
      subjectPattern: parseFieldPattern(subjectPattern),
      acceptFrom: 0.97,
      acceptUnlisted: true,
    },
    intake: { maxFileBytes, allowedExtensions: extensions, examTypes },
    maxListEntries: 20_000,
    readingsAtOnce: 2,
  });
  const box = createSecretBox(new Secret("a-key-of-at-least-thirty-two-characters"), "moodle-token");
  const [staffSessions, students] = [createStaffSessions(db, sessionMs), createStudentSessions(db, box, sessionMs)];
  const access = createAccessControl({ staff: staffSessions, students });
  const staffId = randomUUID();
  await db.insert(staffUsers).values({ id: staffId, username: "maria", role: "staff" });
  const server = createServer({
    name: "exam-middleware",
    version: "0",
    corsOrigins: [],
    authenticate: access.authorize,
    needsKey: true,
    log,
    limits: { maxBodyBytes: 4 * maxFileBytes },
  });
  const assets = publicFolder === undefined ? nameOnlyAssets : await loadAssets(publicFolder);
  const reports = createReportService(db, sheets);
  mountPortals(server, {
    config: {
      EXAM_TYPES: examTypes,
      REGISTER_PATTERN: registerPattern,
      SUBJECT_PATTERN: subjectPattern,
      MAX_FILE_SIZE_MB: maxFileBytes / 1024 / 1024,
      ALLOWED_EXTENSIONS: extensions,
    },
    assets,
    access,
    sheets,
    reports,
    submissions,
    spaces: { stateNow: () => ({ state: "awake", message: null }), wake: () => undefined },
  });
  let signedIn = 0;
  return {
    server,
    database,
    sheets,
    staff: { token: (await staffSessions.start(staffId)).token, id: staffId },
    student: async (registerNumber) => {
      signedIn += 1;
      const student = { registerNumber, moodleUserId: signedIn, moodleUsername: `student-${signedIn}`, fullName: null };
      return (await students.start(student, "moodle-token")).token;
    },
    close: async () => {
      await queue.close();
      await database.close();
    },
  };
}
