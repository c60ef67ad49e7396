import { inTransaction } from "@repo/app-kit/in-transaction";
import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import { and, asc, eq, isNotNull, sql } from "drizzle-orm";
import type { Actor } from "../access.ts";
import { writeAudit } from "../audit-log.ts";
import { staffSessions, staffSetupLinks, staffUsers } from "../schema.ts";
import { createAttemptLimiter } from "./attempt-limiter.ts";
import { assertGoodPassword } from "./check-password.ts";
import { hashPassword, isPassword } from "./hash-password.ts";
import {
  addSetupLink,
  hasName,
  insertStaff,
  type NewStaff,
  onlyStaff,
  refuseTakenName,
  staffColumns,
  type StaffRole,
  type StaffView,
  usernamePattern,
} from "./staff-rows.ts";

/** What an administrator changes. */
interface StaffChange {
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
}

/** Keeps the accounts in the database. */
export function createStaffAccounts(db: Database): StaffAccounts {
  const limiter = createAttemptLimiter();
  return {
    check: async (username, password) =>
      await limiter.run(username, async () => {
        const [row] = usernamePattern.test(username.trim())
          ? await db
              .select({ ...staffColumns, passwordHash: staffUsers.passwordHash })
              .from(staffUsers)
              .where(hasName(username))
          : [];
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
        .select(staffColumns)
        .from(staffUsers)
        .orderBy(asc(sql`lower(${staffUsers.username})`)),
    create: async (staff, actor) =>
      await inTransaction(db, async (transaction) => {
        const created = await insertStaff(transaction, staff, actor);
        const setupToken = created.hasPassword ? undefined : await addSetupLink(transaction, created.id);
        return { staff: created, setupToken };
      }).catch(refuseTakenName),
    change: async (id, change, actor) =>
      await inTransaction(db, async (transaction) => {
        // Locked together, so that two administrators who disable each other leave one.
        const administrators = await transaction
          .select({ id: staffUsers.id })
          .from(staffUsers)
          .where(and(eq(staffUsers.role, "administrator"), eq(staffUsers.isActive, true), isNotNull(staffUsers.passwordHash)))
          .for("update");
        const before = await onlyStaff(transaction.select(staffColumns).from(staffUsers).where(eq(staffUsers.id, id)).for("update"));
        const loses = change.isActive === false || change.role === "staff";
        if (loses && administrators.length === 1 && administrators[0]?.id === id) {
          throw new CodedError("conflict", "This is the last administrator; make another one first.");
        }
        const values = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
        if (Object.keys(values).length === 0) return before;
        const after = await onlyStaff(transaction.update(staffUsers).set(values).where(eq(staffUsers.id, id)).returning(staffColumns));
        if (!after.isActive || after.role !== before.role) await transaction.delete(staffSessions).where(eq(staffSessions.staffId, id));
        const pick = ({ role, isActive, fullName }: StaffView) => ({ id, role, isActive, fullName });
        await writeAudit(transaction, { actor, action: "change_staff", before: pick(before), after: pick(after) });
        return after;
      }),
    changePassword: async (id, { current, next }) => {
      const row = await onlyStaff(
        db
          .select({ ...staffColumns, passwordHash: staffUsers.passwordHash })
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
      await inTransaction(db, async (transaction) => {
        await transaction.update(staffUsers).set({ passwordHash }).where(eq(staffUsers.id, id));
        await transaction.delete(staffSessions).where(eq(staffSessions.staffId, id));
        await transaction.delete(staffSetupLinks).where(eq(staffSetupLinks.staffId, id));
        await writeAudit(transaction, { actor: { type: row.role, id }, action: "change_password", after: { id } });
      });
    },
  };
}
