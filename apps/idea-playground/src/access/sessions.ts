import { createOpaqueToken, hashToken } from "@repo/app-kit/opaque-token";
import type { Database } from "@repo/app-kit/open-database";
import { readCookie } from "@repo/server-kit/read-cookie";
import { and, eq, gt, lt } from "drizzle-orm";
import { sessions } from "../schema.ts";

/** Name of the session's cookie. */
export const sessionCookie = "idea_session";
/** How long somebody stays signed in, milliseconds. */
export const sessionLifetimeMs = 7 * 24 * 60 * 60 * 1000;

/** Who is signed in. Sessions are in the database and outlive a restart; another ADMIN_API_KEY ends them. */
export interface Sessions {
  /** Starts a session for a key that was checked. @returns the cookie's value: 256 random bits, not the key */
  start(key: string): Promise<string>;
  /** SHA-256, hexadecimal, of the key behind a request's cookie; undefined without a valid one. */
  findKeyHash(headers: Headers): Promise<string | undefined>;
  /** Ends the session of a request. */
  end(headers: Headers): Promise<void>;
}

/** Keeps sessions in the database. */
export function createSessions(db: Database): Sessions {
  return {
    start: async (key) => {
      const value = createOpaqueToken();
      await db.delete(sessions).where(lt(sessions.expiresAt, new Date()));
      const expiresAt = new Date(Date.now() + sessionLifetimeMs);
      await db.insert(sessions).values({ valueHash: hashToken(value), keyHash: hashToken(key), expiresAt });
      return value;
    },
    findKeyHash: async (headers) => {
      const value = readCookie(headers, sessionCookie);
      if (value === undefined) return undefined;
      const isCurrent = and(eq(sessions.valueHash, hashToken(value)), gt(sessions.expiresAt, new Date()));
      const [session] = await db.select({ keyHash: sessions.keyHash }).from(sessions).where(isCurrent);
      return session?.keyHash;
    },
    end: async (headers) => {
      const value = readCookie(headers, sessionCookie);
      if (value !== undefined) await db.delete(sessions).where(eq(sessions.valueHash, hashToken(value)));
    },
  };
}
