import { createOpaqueToken, hashToken } from "@repo/app-kit/opaque-token";
import type { Database } from "@repo/app-kit/open-database";
import { and, eq, gt, lt } from "drizzle-orm";
import { staffSessions, staffUsers } from "../schema.ts";
import type { StaffRole } from "./staff-rows.ts";

/** Who is signed in; sessions are in the database and outlive a restart. */
export interface StaffSessions {
  /** Starts one. @returns the token that its owner alone has */
  start(staffId: string): Promise<{ token: string; expiresAt: Date }>;
  /** Whose session it is; undefined without a valid one. Being used keeps it going, up to 12 hours after the sign-in. */
  find(token: string): Promise<{ staffId: string; role: StaffRole } | undefined>;
  end(token: string): Promise<void>;
}

/** After this somebody signs in again even if they never paused, milliseconds: a working day. */
export const maxStaffSessionMs = 12 * 60 * 60 * 1000;

/** @param lifetimeMs how long a session lasts that is not used */
export function createStaffSessions(db: Database, lifetimeMs: number): StaffSessions {
  const toEnd = (createdAt: number): Date =>
    new Date(Math.min(Date.now() + lifetimeMs, createdAt + Math.max(lifetimeMs, maxStaffSessionMs)));
  return {
    start: async (staffId) => {
      const token = createOpaqueToken();
      const expiresAt = toEnd(Date.now());
      await db.delete(staffSessions).where(lt(staffSessions.expiresAt, new Date()));
      await db.insert(staffSessions).values({ tokenHash: hashToken(token), staffId, expiresAt });
      return { token, expiresAt };
    },
    find: async (token) => {
      const tokenHash = hashToken(token);
      const [session] = await db
        .select({
          staffId: staffUsers.id,
          role: staffUsers.role,
          createdAt: staffSessions.createdAt,
          expiresAt: staffSessions.expiresAt,
        })
        .from(staffSessions)
        .innerJoin(staffUsers, eq(staffUsers.id, staffSessions.staffId))
        .where(and(eq(staffSessions.tokenHash, tokenHash), gt(staffSessions.expiresAt, new Date()), eq(staffUsers.isActive, true)));
      if (session === undefined) return undefined;
      // Written once in a while only, not at every request.
      const expiresAt = toEnd(session.createdAt.getTime());
      if (expiresAt.getTime() - session.expiresAt.getTime() > lifetimeMs / 4) {
        await db.update(staffSessions).set({ expiresAt }).where(eq(staffSessions.tokenHash, tokenHash));
      }
      return { staffId: session.staffId, role: session.role };
    },
    end: async (token) => void (await db.delete(staffSessions).where(eq(staffSessions.tokenHash, hashToken(token)))),
  };
}
