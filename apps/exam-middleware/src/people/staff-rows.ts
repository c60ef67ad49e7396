import { randomUUID } from "node:crypto";
import { createOpaqueToken, hashToken } from "@repo/app-kit/opaque-token";
import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import { eq, sql } from "drizzle-orm";
import type { Actor } from "../access.ts";
import { writeAudit } from "../audit-log.ts";
import { staffSetupLinks, staffUsers } from "../schema.ts";
import { assertGoodPassword } from "./check-password.ts";
import { hashPassword } from "./hash-password.ts";

/** How long a set-up link is good, milliseconds. */
const setupLinkLifetimeMs = 72 * 60 * 60 * 1000;

/** What somebody may do. */
export type StaffRole = "staff" | "administrator";

/** Somebody who works with the sheets. */
export interface StaffView {
  id: string;
  username: string;
  fullName: string | null;
  email: string | null;
  role: StaffRole;
  isActive: boolean;
  /** false: the set-up link was not used yet. */
  hasPassword: boolean;
  createdAt: Date;
  lastLoginAt: Date | null;
}

/** A new account. */
export interface NewStaff {
  username: string;
  role?: StaffRole | undefined;
  fullName?: string | undefined;
  email?: string | undefined;
  /** Without one the person chooses it by the set-up link. */
  password?: string | undefined;
}

/** What a user name looks like; nothing else needs to be looked up. */
export const usernamePattern = /^[\p{L}\p{N}][\p{L}\p{N}._@+-]{1,63}$/u;

/** Columns of {@link StaffView}. */
export const staffColumns = {
  id: staffUsers.id,
  username: staffUsers.username,
  fullName: staffUsers.fullName,
  email: staffUsers.email,
  role: staffUsers.role,
  isActive: staffUsers.isActive,
  hasPassword: sql<boolean>`${staffUsers.passwordHash} is not null`,
  createdAt: staffUsers.createdAt,
  lastLoginAt: staffUsers.lastLoginAt,
};

/** Names are one without regard to case. */
export const hasName = (username: string) => eq(sql`lower(${staffUsers.username})`, username.trim().toLowerCase());

/** The name as it is stored. @throws CodedError invalid_request */
export function assertUsername(username: string): string {
  const name = username.trim().normalize("NFKC");
  if (usernamePattern.test(name)) return name;
  throw new CodedError(
    "invalid_request",
    "A user name has 2 to 64 letters, digits or any of . _ @ + - and begins with a letter or digit.",
    {
      details: { field: "username" },
    },
  );
}

const unknownStaff = (): CodedError => new CodedError("not_found", "There is no such account.");

/** The only row. @throws CodedError not_found */
export async function onlyStaff<Value>(rows: Promise<Value[]>): Promise<Value> {
  const [row] = await rows;
  if (row === undefined) throw unknownStaff();
  return row;
}

/** Writes a set-up link down. @param keepsOthers whether earlier links of the account stay good @returns its token */
export async function addSetupLink(transaction: Database, staffId: string, { keepsOthers = false } = {}): Promise<string> {
  const token = createOpaqueToken();
  if (!keepsOthers) await transaction.delete(staffSetupLinks).where(eq(staffSetupLinks.staffId, staffId));
  const expiresAt = new Date(Date.now() + setupLinkLifetimeMs);
  await transaction.insert(staffSetupLinks).values({ tokenHash: hashToken(token), staffId, expiresAt });
  return token;
}

/** Makes an account. @throws CodedError invalid_request; the driver's error when the name is taken */
export async function insertStaff(transaction: Database, staff: NewStaff, actor: Actor): Promise<StaffView> {
  const username = assertUsername(staff.username);
  if (staff.password !== undefined) assertGoodPassword(staff.password, username);
  const passwordHash = staff.password === undefined ? null : await hashPassword(staff.password);
  const { role = "staff", fullName = null, email = null } = staff;
  const values = { id: randomUUID(), username, role, fullName, email, passwordHash };
  const [created] = await transaction.insert(staffUsers).values(values).returning(staffColumns);
  if (created === undefined) throw unknownStaff();
  await writeAudit(transaction, { actor, action: "create_staff", after: { id: created.id, username, role } });
  return created;
}

/** For a transaction's catch: a name that the database knows already is a conflict. */
export function refuseTakenName(thrown: unknown): never {
  const { code, cause } = thrown as { code?: unknown; cause?: { code?: unknown } };
  // unique_violation
  if ((cause?.code ?? code) !== "23505") throw thrown;
  throw new CodedError("conflict", "Somebody has this user name already.", { details: { field: "username" } });
}
