import { randomUUID } from "node:crypto";
import type { Database } from "@repo/app-kit/open-database";
import { createOpaqueToken, hashToken } from "@repo/app-kit/opaque-token";
import { CodedError } from "@repo/contracts/coded-error";
import { and, asc, eq, gt, isNotNull, isNull, lt, sql } from "drizzle-orm";
import type { Actor } from "../access.ts";
import { writeAudit } from "../audit-log.ts";
import { staffSessions, staffSetupLinks, staffUsers } from "../schema.ts";
import { createAttemptLimiter } from "./attempt-limiter.ts";
import { assertGoodPassword } from "./check-password.ts";
import { hashPassword, isPassword } from "./hash-password.ts";

/** How long a set-up link is good, milliseconds. */
export const setupLinkLifetimeMs = 72 * 60 * 60 * 1000;

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

/** What an administrator changes. */
export interface StaffChange {
  role?: StaffRole | undefined;
  isActive?: boolean | undefined;
  fullName?: string | undefined;
}

/** The accounts of staff. Every change is in the audit log, in the same transaction. */
export interface StaffAccounts {
  /** The account that username and password open; undefined otherwise. @throws CodedError overloaded after too many wrong ones */
  check(username: string, password: string): Promise<StaffView | undefined>;
  list(): Promise<StaffView[]>;
  /** @returns the token of the set-up link too, where no password was given. @throws CodedError conflict, invalid_request */
  create(staff: NewStaff, actor: Actor): Promise<{ staff: StaffView; setupToken: string | undefined }>;
  /** Who is no longer active, or has another role, is signed out. @throws CodedError not_found; conflict for the last administrator */
  change(id: string, change: StaffChange, actor: Actor): Promise<StaffView>;
  /** Ends every other session of the account. @throws CodedError unauthorized (the current one is wrong), invalid_request, overloaded */
  changePassword(id: string, passwords: { current: string; next: string }): Promise<void>;
  /** Token of a new set-up link; earlier ones are void. @throws CodedError not_found; conflict when the account is not active */
  createSetupLink(id: string, actor: Actor): Promise<string>;
  /** Whose link it is; undefined when it is unknown, used or too old. */
  findSetupLink(token: string): Promise<StaffView | undefined>;
  /**
   * Chooses the password, once. An account that never had one may choose another name as well.
   * @throws CodedError not_found when the link is no longer good; invalid_request, conflict: it stays good
   */
  setUp(token: string, choice: { password: string; username?: string | undefined }): Promise<StaffView>;
  /** Token of a link for the first administrator, who is made here; undefined when there is an administrator with a password. */
  openFirstSetup(): Promise<string | undefined>;
  /** A link for an administrator who has lost the password, or for the first one. @throws CodedError not_found */
  createRecoveryLink(username?: string): Promise<{ token: string; username: string }>;
}

const usernamePattern = /^[\p{L}\p{N}][\p{L}\p{N}._@+-]{1,63}$/u;
const system: Actor = { type: "system", id: null };
const firstUsername = "administrator";

const columns = {
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

const hasName = (username: string) => eq(sql`lower(${staffUsers.username})`, username.trim().toLowerCase());

/** Whether the database refused a row because there is such a one. */
export function isUniqueViolation(thrown: unknown): boolean {
  const { code, cause } = thrown as { code?: unknown; cause?: { code?: unknown } };
  return code === "23505" || cause?.code === "23505";
}

function assertUsername(username: string): string {
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

async function only<Value>(rows: Promise<Value[]>): Promise<Value> {
  const [row] = await rows;
  if (row === undefined) throw unknownStaff();
  return row;
}

/** Keeps the accounts in the database. */
export function createStaffAccounts(db: Database): StaffAccounts {
  const limiter = createAttemptLimiter();

  async function addSetupLink(transaction: Database, staffId: string): Promise<string> {
    const token = createOpaqueToken();
    await transaction.delete(staffSetupLinks).where(eq(staffSetupLinks.staffId, staffId));
    const expiresAt = new Date(Date.now() + setupLinkLifetimeMs);
    await transaction.insert(staffSetupLinks).values({ tokenHash: hashToken(token), staffId, expiresAt });
    return token;
  }

  async function insert(transaction: Database, staff: NewStaff, actor: Actor): Promise<StaffView> {
    const username = assertUsername(staff.username);
    if (staff.password !== undefined) assertGoodPassword(staff.password, username);
    const passwordHash = staff.password === undefined ? null : await hashPassword(staff.password);
    const { role = "staff", fullName = null, email = null } = staff;
    const values = { id: randomUUID(), username, role, fullName, email, passwordHash };
    const [created] = await transaction.insert(staffUsers).values(values).returning(columns);
    if (created === undefined) throw unknownStaff();
    await writeAudit(transaction, { actor, action: "create_staff", after: { id: created.id, username, role } });
    return created;
  }

  const nameTaken = (thrown: unknown): never => {
    if (isUniqueViolation(thrown))
      throw new CodedError("conflict", "Somebody has this user name already.", { details: { field: "username" } });
    throw thrown;
  };

  const isGoodLink = (token: string) =>
    and(eq(staffSetupLinks.tokenHash, hashToken(token)), isNull(staffSetupLinks.usedAt), gt(staffSetupLinks.expiresAt, new Date()));

  return {
    check: async (username, password) =>
      await limiter.run(username, async () => {
        const [row] = await db
          .select({ ...columns, passwordHash: staffUsers.passwordHash })
          .from(staffUsers)
          .where(hasName(username));
        // An account that is not active is told apart from a wrong password by nobody but its owner.
        const isRight = await isPassword(password, row?.passwordHash ?? undefined);
        if (!isRight || row === undefined) return undefined;
        if (!row.isActive) throw new CodedError("forbidden", "This account is disabled; ask an administrator.");
        await db.update(staffUsers).set({ lastLoginAt: new Date() }).where(eq(staffUsers.id, row.id));
        const { passwordHash: _hash, ...staff } = row;
        return staff;
      }),
    list: async () =>
      await db
        .select(columns)
        .from(staffUsers)
        .orderBy(asc(sql`lower(${staffUsers.username})`)),
    create: async (staff, actor) =>
      await db
        .transaction(async (transaction) => {
          const created = await insert(transaction as Database, staff, actor);
          const setupToken = created.hasPassword ? undefined : await addSetupLink(transaction as Database, created.id);
          return { staff: created, setupToken };
        })
        .catch(nameTaken),
    change: async (id, change, actor) =>
      await db.transaction(async (transaction) => {
        // Locked together, so that two administrators who disable each other leave one.
        const administrators = await transaction
          .select({ id: staffUsers.id })
          .from(staffUsers)
          .where(and(eq(staffUsers.role, "administrator"), eq(staffUsers.isActive, true), isNotNull(staffUsers.passwordHash)))
          .for("update");
        const before = await only(transaction.select(columns).from(staffUsers).where(eq(staffUsers.id, id)).for("update"));
        const loses = change.isActive === false || change.role === "staff";
        if (loses && administrators.length === 1 && administrators[0]?.id === id) {
          throw new CodedError("conflict", "This is the last administrator; make another one first.");
        }
        const values = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
        if (Object.keys(values).length === 0) return before;
        const after = await only(transaction.update(staffUsers).set(values).where(eq(staffUsers.id, id)).returning(columns));
        if (!after.isActive || after.role !== before.role) await transaction.delete(staffSessions).where(eq(staffSessions.staffId, id));
        const pick = ({ role, isActive, fullName }: StaffView) => ({ id, role, isActive, fullName });
        await writeAudit(transaction as Database, { actor, action: "change_staff", before: pick(before), after: pick(after) });
        return after;
      }),
    changePassword: async (id, { current, next }) => {
      const row = await only(
        db
          .select({ ...columns, passwordHash: staffUsers.passwordHash })
          .from(staffUsers)
          .where(eq(staffUsers.id, id)),
      );
      const isRight = await limiter.run(row.username, async () =>
        (await isPassword(current, row.passwordHash ?? undefined)) ? true : undefined,
      );
      if (isRight === undefined)
        throw new CodedError("forbidden", "The current password is wrong.", { details: { field: "current_password" } });
      assertGoodPassword(next, row.username);
      const passwordHash = await hashPassword(next);
      await db.transaction(async (transaction) => {
        await transaction.update(staffUsers).set({ passwordHash }).where(eq(staffUsers.id, id));
        await transaction.delete(staffSessions).where(eq(staffSessions.staffId, id));
        await transaction.delete(staffSetupLinks).where(eq(staffSetupLinks.staffId, id));
        await writeAudit(transaction as Database, { actor: { type: row.role, id }, action: "change_password", after: { id } });
      });
    },
    createSetupLink: async (id, actor) =>
      await db.transaction(async (transaction) => {
        const staff = await only(transaction.select(columns).from(staffUsers).where(eq(staffUsers.id, id)).for("update"));
        if (!staff.isActive) throw new CodedError("conflict", "This account is disabled; enable it first.");
        await writeAudit(transaction as Database, { actor, action: "create_setup_link", after: { id } });
        return await addSetupLink(transaction as Database, id);
      }),
    findSetupLink: async (token) => {
      const [staff] = await db
        .select(columns)
        .from(staffSetupLinks)
        .innerJoin(staffUsers, eq(staffUsers.id, staffSetupLinks.staffId))
        .where(and(isGoodLink(token), eq(staffUsers.isActive, true)));
      return staff;
    },
    setUp: async (token, choice) => {
      const [link] = await db.select({ staffId: staffSetupLinks.staffId }).from(staffSetupLinks).where(isGoodLink(token));
      const over = () => new CodedError("not_found", "This link was used already or is too old; ask for a new one.");
      if (link === undefined) throw over();
      const staff = await only(db.select(columns).from(staffUsers).where(eq(staffUsers.id, link.staffId)));
      const username = staff.hasPassword || choice.username === undefined ? staff.username : assertUsername(choice.username);
      assertGoodPassword(choice.password, username);
      const passwordHash = await hashPassword(choice.password);
      return await db
        .transaction(async (transaction) => {
          const used = await transaction.update(staffSetupLinks).set({ usedAt: new Date() }).where(isGoodLink(token)).returning();
          if (used.length === 0) throw over();
          const isActive = and(eq(staffUsers.id, link.staffId), eq(staffUsers.isActive, true));
          const values = { passwordHash, username, lastLoginAt: new Date() };
          const [changed] = await transaction.update(staffUsers).set(values).where(isActive).returning(columns);
          if (changed === undefined) throw over();
          await transaction.delete(staffSessions).where(eq(staffSessions.staffId, link.staffId));
          const actor: Actor = { type: changed.role, id: changed.id };
          await writeAudit(transaction as Database, { actor, action: "set_up", after: { id: changed.id, username } });
          return changed;
        })
        .catch(nameTaken);
    },
    openFirstSetup: async () =>
      await db.transaction(async (transaction) => {
        // One process at a time: two that start together must not make two administrators.
        await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended('first administrator', 0))`);
        const isAdministrator = eq(staffUsers.role, "administrator");
        const known = await transaction.select(columns).from(staffUsers).where(isAdministrator).orderBy(asc(staffUsers.createdAt));
        if (known.some(({ hasPassword, isActive }) => hasPassword && isActive)) return undefined;
        await transaction.delete(staffSetupLinks).where(lt(staffSetupLinks.expiresAt, new Date()));
        const waiting = known.find(({ isActive }) => isActive);
        const administrator =
          waiting ?? (await insert(transaction as Database, { username: firstUsername, role: "administrator" }, system));
        // Links of earlier starts stay good: somebody may be about to use one.
        const token = createOpaqueToken();
        const expiresAt = new Date(Date.now() + setupLinkLifetimeMs);
        await transaction.insert(staffSetupLinks).values({ tokenHash: hashToken(token), staffId: administrator.id, expiresAt });
        return token;
      }),
    createRecoveryLink: async (username) =>
      await db.transaction(async (transaction) => {
        const isWanted = and(
          eq(staffUsers.role, "administrator"),
          eq(staffUsers.isActive, true),
          username === undefined ? undefined : hasName(username),
        );
        const [found] = await transaction.select(columns).from(staffUsers).where(isWanted).orderBy(asc(staffUsers.createdAt)).limit(1);
        if (found === undefined && username !== undefined)
          throw new CodedError("not_found", `There is no active administrator ${username}.`);
        const staff = found ?? (await insert(transaction as Database, { username: firstUsername, role: "administrator" }, system));
        await writeAudit(transaction as Database, { actor: system, action: "create_setup_link", after: { id: staff.id } });
        return { token: await addSetupLink(transaction as Database, staff.id), username: staff.username };
      }),
  };
}
