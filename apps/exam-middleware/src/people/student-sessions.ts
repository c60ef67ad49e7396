import { randomUUID } from "node:crypto";
import { createOpaqueToken, hashToken } from "@repo/app-kit/opaque-token";
import type { Database } from "@repo/app-kit/open-database";
import type { SecretBox } from "@repo/app-kit/secret-box";
import { and, desc, eq, gt, lt } from "drizzle-orm";
import { studentSessions } from "../schema.ts";

/** A student whom Moodle knows. */
export interface Student {
  registerNumber: string;
  moodleUserId: number;
  moodleUsername: string;
  fullName: string | null;
}

/** A student's session. */
export interface StudentSession extends Student {
  sessionId: string;
  expiresAt: Date;
}

/** Students who are signed in. Their Moodle tokens are encrypted, and are gone with the session. */
export interface StudentSessions {
  /** @returns the token that its owner alone has */
  start(student: Student, moodleToken: string): Promise<{ token: string; session: StudentSession }>;
  /** Whose session it is; undefined without a valid one. */
  find(token: string): Promise<StudentSession | undefined>;
  /** Of a session that is still valid. */
  findById(sessionId: string): Promise<StudentSession | undefined>;
  end(token: string): Promise<void>;
  /**
   * The student's Moodle token as it is stored: it opens with the box and the register number as its owner.
   * @param sessionId of that student; undefined: the newest session
   */
  sealedMoodleToken(registerNumber: string, sessionId?: string): Promise<{ sealed: string; moodleUsername: string } | undefined>;
}

const columns = {
  sessionId: studentSessions.sessionId,
  registerNumber: studentSessions.registerNumber,
  moodleUserId: studentSessions.moodleUserId,
  moodleUsername: studentSessions.moodleUsername,
  fullName: studentSessions.fullName,
  expiresAt: studentSessions.expiresAt,
};

/** @param lifetimeMs how long a session lasts */
export function createStudentSessions(db: Database, box: SecretBox, lifetimeMs: number): StudentSessions {
  const isCurrent = () => gt(studentSessions.expiresAt, new Date());
  return {
    start: async (student, moodleToken) => {
      const token = createOpaqueToken();
      const session = { ...student, sessionId: randomUUID(), expiresAt: new Date(Date.now() + lifetimeMs) };
      await db.delete(studentSessions).where(lt(studentSessions.expiresAt, new Date()));
      const moodleTokenEncrypted = box.seal(moodleToken, student.registerNumber);
      await db.insert(studentSessions).values({ ...session, tokenHash: hashToken(token), moodleTokenEncrypted });
      return { token, session };
    },
    find: async (token) => {
      const isIt = and(eq(studentSessions.tokenHash, hashToken(token)), isCurrent());
      return (await db.select(columns).from(studentSessions).where(isIt))[0];
    },
    findById: async (sessionId) => {
      const isIt = and(eq(studentSessions.sessionId, sessionId), isCurrent());
      return (await db.select(columns).from(studentSessions).where(isIt))[0];
    },
    end: async (token) => void (await db.delete(studentSessions).where(eq(studentSessions.tokenHash, hashToken(token)))),
    sealedMoodleToken: async (registerNumber, sessionId) => {
      const [found] = await db
        .select({ sealed: studentSessions.moodleTokenEncrypted, moodleUsername: studentSessions.moodleUsername })
        .from(studentSessions)
        .where(
          and(
            eq(studentSessions.registerNumber, registerNumber),
            isCurrent(),
            sessionId === undefined ? undefined : eq(studentSessions.sessionId, sessionId),
          ),
        )
        .orderBy(desc(studentSessions.createdAt))
        .limit(1);
      return found;
    },
  };
}
