import { randomBytes } from "node:crypto";
import type { Database } from "@repo/app-kit/open-database";
import { createSecretBox, type SecretBox } from "@repo/app-kit/secret-box";
import { parseFieldPattern } from "@repo/contracts/field-pattern";
import { Secret } from "@repo/server-kit/secret";
import type { AccessControl } from "../access.ts";
import type { Config } from "../config.ts";
import { createMoodle } from "../moodle/create-moodle.ts";
import type { Moodle } from "../moodle/moodle.ts";
import { createAccessControl } from "./create-access-control.ts";
import { createPaperTickets, type PaperTickets } from "./paper-tickets.ts";
import { createStaffAccounts, type StaffAccounts } from "./staff-accounts.ts";
import { createStaffSessions, type StaffSessions } from "./staff-sessions.ts";
import { createStaffSetup, type StaffSetup } from "./staff-setup.ts";
import { createStudentSessions, type StudentSessions } from "./student-sessions.ts";
import { createStudentSignIn, type StudentSignIn } from "./student-sign-in.ts";

/** Everything about who may come in. */
export interface People {
  access: AccessControl;
  accounts: StaffAccounts;
  setup: StaffSetup;
  staffSessions: StaffSessions;
  studentSessions: StudentSessions;
  studentSignIn: StudentSignIn;
  tickets: PaperTickets;
  /** Opens the students' Moodle tokens; their owner is the register number. */
  moodleTokens: SecretBox;
  /** Undefined where no Moodle is configured. */
  moodle: Moodle | undefined;
  /** Address of the page that a set-up link leads to. */
  toSetupUrl(token: string): string;
}

const minuteMs = 60_000;
const keyBytes = 32;

type PeopleConfig = Pick<
  Config,
  | "ACCESS_TOKEN_EXPIRE_MINUTES"
  | "HOST"
  | "MOODLE_BASE_URL"
  | "MOODLE_SERVICE"
  | "MOODLE_TIMEOUT_MS"
  | "PORT"
  | "PUBLIC_URL"
  | "REGISTER_PATTERN"
  | "SECRET_KEY"
>;

/** Puts it together. Nothing is asked of Moodle yet. */
export function openPeople(db: Database, config: PeopleConfig): People {
  const secret = config.SECRET_KEY ?? new Secret(randomBytes(keyBytes).toString("hex"));
  const lifetimeMs = config.ACCESS_TOKEN_EXPIRE_MINUTES * minuteMs;
  const moodleTokens = createSecretBox(secret, "moodle-tokens");
  const staffSessions = createStaffSessions(db, lifetimeMs);
  const studentSessions = createStudentSessions(db, moodleTokens, lifetimeMs);
  const { MOODLE_BASE_URL: baseUrl, MOODLE_SERVICE: service, MOODLE_TIMEOUT_MS: timeoutMs } = config;
  const moodle = baseUrl === undefined ? undefined : createMoodle({ baseUrl, service, timeoutMs });
  const publicUrl = (config.PUBLIC_URL ?? `http://${config.HOST === "0.0.0.0" ? "localhost" : config.HOST}:${config.PORT}`).replace(
    /\/+$/,
    "",
  );
  const registerPattern = parseFieldPattern(config.REGISTER_PATTERN);
  return {
    access: createAccessControl({ staff: staffSessions, students: studentSessions }),
    accounts: createStaffAccounts(db),
    setup: createStaffSetup(db),
    staffSessions,
    studentSessions,
    studentSignIn: createStudentSignIn({ db, moodle, sessions: studentSessions, registerPattern }),
    tickets: createPaperTickets(createSecretBox(secret, "paper-tickets"), studentSessions),
    moodleTokens,
    moodle,
    toSetupUrl: (token) => `${publicUrl}/set-up?token=${token}`,
  };
}
