import { CodedError } from "@repo/contracts/coded-error";

/** Who is asking. */
export interface Access {
  /** An administrator may do everything that staff may; a student sees the own papers only. */
  kind: "staff" | "administrator" | "student";
  /** Set for staff and administrators. */
  staffId?: string;
  /** Set for students: 12 digits by default. */
  registerNumber?: string;
  /** Set for students: the session, by whose Moodle token is submitted. */
  sessionId?: string;
}

/** Tells who is asking. */
export interface AccessControl {
  /**
   * Who sent these headers: a session's cookie, `Authorization: Bearer <token>`, or a student's `X-Session-ID`.
   * @throws CodedError unauthorized; forbidden for a page of another origin that brings a cookie only
   */
  authorize(headers: Headers): Promise<Access>;
}

/** Who may use a route; "public" is everybody. */
export type Role = "public" | "student" | "staff" | "administrator" | "anyone";

/** Who changed something, as the audit log tells it. */
export interface Actor {
  type: "staff" | "administrator" | "student" | "system";
  /** Staff id or register number; null: the system. */
  id: string | null;
  requestId?: string | undefined;
}

/** The app itself: thresholds, jobs. */
export const systemActor: Actor = { type: "system", id: null };

/** The person of a request as the audit log tells it. */
export function toActor({ kind, staffId, registerNumber }: Access, requestId?: string): Actor {
  return { type: kind, id: (kind === "student" ? registerNumber : staffId) ?? null, requestId };
}

/**
 * @param role "anyone": signed in, whoever it is
 * @throws CodedError forbidden
 */
export function assertRole(access: Access, role: Exclude<Role, "public">): void {
  if (role === "anyone" || access.kind === role || (role === "staff" && access.kind === "administrator")) return;
  const who = { student: "students", staff: "staff", administrator: "administrators" }[role];
  throw new CodedError("forbidden", `Only ${who} may do this.`);
}

/** Who is asking, in a handler of a guarded route: the server's authenticate has found it out. */
export function accessOf(context: { caller: unknown }): Access {
  return context.caller as Access;
}
