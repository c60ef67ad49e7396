import { CodedError } from "@repo/contracts/coded-error";
import { readKey } from "@repo/server-kit/auth";
import { readCookie } from "@repo/server-kit/read-cookie";
import { isForeignOrigin } from "@repo/server-kit/request-origin";
import type { Access, AccessControl } from "../access.ts";
import type { StaffSessions } from "./staff-sessions.ts";
import type { StudentSessions } from "./student-sessions.ts";

/** Name of the cookie that holds a session's token; one person per browser, staff or student. */
export const sessionCookie = "exam_session";
/** Header with which programs send a student's session. */
const studentHeader = "x-session-id";

/** The token of a request's session, and whether the browser added it by itself. */
export function readSessionToken(headers: Headers): { token: string; isCookie: boolean } | undefined {
  const given = readKey(headers) ?? headers.get(studentHeader)?.trim();
  if (given !== undefined && given !== "") return { token: given, isCookie: false };
  const cookie = readCookie(headers, sessionCookie);
  return cookie === undefined || cookie === "" ? undefined : { token: cookie, isCookie: true };
}

/** Who is asking, by the sessions in the database. */
export function createAccessControl(sessions: { staff: StaffSessions; students: StudentSessions }): AccessControl {
  return {
    authorize: async (headers): Promise<Access> => {
      const given = readSessionToken(headers);
      if (given === undefined) throw new CodedError("unauthorized", "Sign in first.");
      // A browser sends a cookie by itself, so the page it comes from counts; everything else is sent by whoever has it.
      if (given.isCookie && isForeignOrigin(headers)) {
        throw new CodedError("forbidden", "A page of another origin may not do this in your name.");
      }
      const staff = await sessions.staff.find(given.token);
      if (staff !== undefined) return { kind: staff.role, staffId: staff.staffId };
      const student = await sessions.students.find(given.token);
      if (student !== undefined) return { kind: "student", registerNumber: student.registerNumber, sessionId: student.sessionId };
      throw new CodedError("unauthorized", "Your session has ended; sign in again.");
    },
  };
}
