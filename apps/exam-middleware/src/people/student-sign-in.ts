import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import { type FieldPattern, matchesPattern } from "@repo/contracts/field-pattern";
import { eq, or, sql } from "drizzle-orm";
import { writeAudit } from "../audit-log.ts";
import type { Moodle, MoodleUser } from "../moodle/moodle.ts";
import { studentUsernames } from "../schema.ts";
import { createAttemptLimiter } from "./attempt-limiter.ts";
import type { Student, StudentSession, StudentSessions } from "./student-sessions.ts";

/** What a student types. */
interface StudentCredentials {
  username: string;
  password: string;
  registerNumber: string;
}

/** Lets students in whom Moodle knows. */
export interface StudentSignIn {
  /**
   * Asks Moodle, and makes sure that the register number is the person's own. @returns undefined for a wrong user name or password
   * @throws CodedError invalid_request (not what a register number looks like), forbidden (not theirs), overloaded (too many
   * wrong attempts), model_unavailable and deadline_exceeded (Moodle is away)
   */
  signIn(credentials: StudentCredentials): Promise<{ token: string; session: StudentSession } | undefined>;
}

/** What {@link createStudentSignIn} needs. */
export interface StudentSignInParts {
  db: Database;
  /** Undefined where no Moodle is configured. */
  moodle: Moodle | undefined;
  sessions: StudentSessions;
  registerPattern: FieldPattern;
}

/** Students sign in at Moodle; their passwords are passed on and never kept. */
export function createStudentSignIn({ db, moodle, sessions, registerPattern }: StudentSignInParts): StudentSignIn {
  const limiter = createAttemptLimiter();

  /**
   * Whether a register number belongs to a Moodle account. Staff's list decides where it knows either of them; otherwise
   * Moodle must know the number itself, as the user name or as the institution's id of the person.
   */
  async function isOwn(registerNumber: string, user: MoodleUser): Promise<boolean> {
    const username = user.username.toLowerCase();
    const known = await db
      .select()
      .from(studentUsernames)
      .where(or(eq(studentUsernames.registerNumber, registerNumber), eq(sql`lower(${studentUsernames.moodleUsername})`, username)));
    if (known.length > 0) {
      return known.some((row) => row.registerNumber === registerNumber && row.moodleUsername.toLowerCase() === username);
    }
    return username === registerNumber.toLowerCase() || user.idNumber === registerNumber;
  }

  return {
    signIn: async ({ username, password, registerNumber }) => {
      if (moodle === undefined) throw new CodedError("model_unavailable", "Students cannot sign in: MOODLE_BASE_URL is not set.");
      if (!matchesPattern(registerPattern, registerNumber)) {
        throw new CodedError("invalid_request", "This is not a register number.", { details: { field: "register_number" } });
      }
      return await limiter.run(username, async () => {
        const moodleToken = await moodle.signIn(username, password).catch((thrown: unknown) => {
          if (CodedError.isInstance(thrown) && thrown.code === "unauthorized") return undefined;
          throw thrown;
        });
        if (moodleToken === undefined) return undefined;
        const user = await moodle.readUser(moodleToken);
        if (!(await isOwn(registerNumber, user))) {
          await writeAudit(db, {
            actor: { type: "system", id: null },
            action: "refuse_student",
            after: { registerNumber, moodleUsername: user.username },
          });
          throw new CodedError("forbidden", "This register number does not belong to your Moodle account; ask the examination office.");
        }
        const { userId: moodleUserId, username: moodleUsername, fullName } = user;
        const student: Student = { registerNumber, moodleUserId, moodleUsername, fullName };
        return await sessions.start(student, moodleToken);
      });
    },
  };
}
