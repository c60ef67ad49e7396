import { inTransaction } from "@repo/app-kit/in-transaction";
import type { Database } from "@repo/app-kit/open-database";
import { hashToken } from "@repo/app-kit/opaque-token";
import { CodedError } from "@repo/contracts/coded-error";
import { and, asc, eq, gt, isNull, lt, sql } from "drizzle-orm";
import { type Actor, systemActor } from "../access.ts";
import { writeAudit } from "../audit-log.ts";
import { staffSessions, staffSetupLinks, staffUsers } from "../schema.ts";
import { assertGoodPassword } from "./check-password.ts";
import { hashPassword } from "./hash-password.ts";
import {
  addSetupLink,
  assertUsername,
  hasName,
  insertStaff,
  onlyStaff,
  refuseTakenName,
  staffColumns,
  type StaffView,
} from "./staff-rows.ts";

/** Links with which somebody chooses a password: good once, and not for ever. */
export interface StaffSetup {
  /** Token of a new set-up link; earlier ones are void. @throws CodedError not_found; conflict when the account is not active */
  create(id: string, actor: Actor): Promise<string>;
  /** Whose link it is; undefined when it is unknown, used or too old. */
  find(token: string): Promise<StaffView | undefined>;
  /**
   * Chooses the password, once. An account that never had one may choose another name as well.
   * @throws CodedError not_found when the link is no longer good; invalid_request, conflict: it stays good
   */
  use(token: string, choice: { password: string; username?: string | undefined }): Promise<StaffView>;
  /** Token of a link for the first administrator, who is made here; undefined when there is an administrator with a password. */
  openFirst(): Promise<string | undefined>;
  /** A link for an administrator who has lost the password, or for the first one. @throws CodedError not_found */
  recover(username?: string): Promise<{ token: string; username: string }>;
}

const firstUsername = "administrator";

const isGoodLink = (token: string) =>
  and(eq(staffSetupLinks.tokenHash, hashToken(token)), isNull(staffSetupLinks.usedAt), gt(staffSetupLinks.expiresAt, new Date()));

/** Keeps the links in the database. */
export function createStaffSetup(db: Database): StaffSetup {
  return {
    create: async (id, actor) =>
      await inTransaction(db, async (transaction) => {
        const staff = await onlyStaff(transaction.select(staffColumns).from(staffUsers).where(eq(staffUsers.id, id)).for("update"));
        if (!staff.isActive) throw new CodedError("conflict", "This account is disabled; enable it first.");
        await writeAudit(transaction, { actor, action: "create_setup_link", after: { id } });
        return await addSetupLink(transaction, id);
      }),
    find: async (token) => {
      const [staff] = await db
        .select(staffColumns)
        .from(staffSetupLinks)
        .innerJoin(staffUsers, eq(staffUsers.id, staffSetupLinks.staffId))
        .where(and(isGoodLink(token), eq(staffUsers.isActive, true)));
      return staff;
    },
    use: async (token, choice) => {
      const [link] = await db.select({ staffId: staffSetupLinks.staffId }).from(staffSetupLinks).where(isGoodLink(token));
      const over = () => new CodedError("not_found", "This link was used already or is too old; ask for a new one.");
      if (link === undefined) throw over();
      const staff = await onlyStaff(db.select(staffColumns).from(staffUsers).where(eq(staffUsers.id, link.staffId)));
      const username = staff.hasPassword || choice.username === undefined ? staff.username : assertUsername(choice.username);
      assertGoodPassword(choice.password, username);
      const passwordHash = await hashPassword(choice.password);
      return await inTransaction(db, async (transaction) => {
        const used = await transaction.update(staffSetupLinks).set({ usedAt: new Date() }).where(isGoodLink(token)).returning();
        if (used.length === 0) throw over();
        // Every start before has shown a link of its own.
        await transaction.delete(staffSetupLinks).where(and(eq(staffSetupLinks.staffId, link.staffId), isNull(staffSetupLinks.usedAt)));
        const isActive = and(eq(staffUsers.id, link.staffId), eq(staffUsers.isActive, true));
        const values = { passwordHash, username, lastLoginAt: new Date() };
        const [changed] = await transaction.update(staffUsers).set(values).where(isActive).returning(staffColumns);
        if (changed === undefined) throw over();
        await transaction.delete(staffSessions).where(eq(staffSessions.staffId, link.staffId));
        const actor: Actor = { type: changed.role, id: changed.id };
        await writeAudit(transaction, { actor, action: "set_up", after: { id: changed.id, username } });
        return changed;
      }).catch(refuseTakenName);
    },
    openFirst: async () =>
      await inTransaction(db, async (transaction) => {
        // One process at a time: two that start together must not make two administrators.
        await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended('first administrator', 0))`);
        const isAdministrator = eq(staffUsers.role, "administrator");
        const known = await transaction.select(staffColumns).from(staffUsers).where(isAdministrator).orderBy(asc(staffUsers.createdAt));
        if (known.some(({ hasPassword, isActive }) => hasPassword && isActive)) return undefined;
        await transaction.delete(staffSetupLinks).where(lt(staffSetupLinks.expiresAt, new Date()));
        const waiting = known.find(({ isActive }) => isActive);
        const administrator = waiting ?? (await insertStaff(transaction, { username: firstUsername, role: "administrator" }, systemActor));
        // Links of earlier starts stay good: somebody may be about to use one.
        return await addSetupLink(transaction, administrator.id, { keepsOthers: true });
      }),
    recover: async (username) =>
      await inTransaction(db, async (transaction) => {
        const isWanted = and(
          eq(staffUsers.role, "administrator"),
          eq(staffUsers.isActive, true),
          username === undefined ? undefined : hasName(username),
        );
        const [found] = await transaction.select(staffColumns).from(staffUsers).where(isWanted).orderBy(asc(staffUsers.createdAt)).limit(1);
        if (found === undefined && username !== undefined)
          throw new CodedError("not_found", `There is no active administrator ${username}.`);
        const staff = found ?? (await insertStaff(transaction, { username: firstUsername, role: "administrator" }, systemActor));
        await writeAudit(transaction, { actor: systemActor, action: "create_setup_link", after: { id: staff.id } });
        return { token: await addSetupLink(transaction, staff.id), username: staff.username };
      }),
  };
}
