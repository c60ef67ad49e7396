import { createOpaqueToken, hashToken } from "@repo/app-kit/opaque-token";
import type { Database } from "@repo/app-kit/open-database";
import { readCookie } from "@repo/server-kit/read-cookie";
import { and, eq, gt, lt } from "drizzle-orm";
import { sessionCookie } from "./access.ts";
import { consoleSessions } from "./schema.ts";

/** How long somebody stays signed in, milliseconds. */
export const sessionLifetimeMs = 7 * 24 * 60 * 60 * 1000;

/**
 * Who is signed in to the console. A session stands for a key by the key's hash, so that access is decided in one place
 * and a key that is revoked ends its sessions. They are in the database and outlive a restart.
 */
export interface ConsoleSessions {
  /** Starts a session for a key that was checked. @returns the cookie's value: 256 random bits, not the key */
  start(key: string): Promise<string>;
  /** Hash (SHA-256, hexadecimal, as in api_keys) of the key behind a request's session cookie; undefined without a valid one. */
  findKeyHash(headers: Headers): Promise<string | undefined>;
  /** Ends the session of a request. */
  end(headers: Headers): Promise<void>;
}

/** Keeps the console's sessions in the database. */
export function createConsoleSessions(db: Database): ConsoleSessions {
  return {
    start: async (key) => {
      const value = createOpaqueToken();
      await db.delete(consoleSessions).where(lt(consoleSessions.expiresAt, new Date()));
      const expiresAt = new Date(Date.now() + sessionLifetimeMs);
      await db.insert(consoleSessions).values({ valueHash: hashToken(value), keyHash: hashToken(key), expiresAt });
      return value;
    },
    findKeyHash: async (headers) => {
      const value = readCookie(headers, sessionCookie);
      if (value === undefined) return undefined;
      const isCurrent = and(eq(consoleSessions.valueHash, hashToken(value)), gt(consoleSessions.expiresAt, new Date()));
      const [session] = await db.select({ keyHash: consoleSessions.keyHash }).from(consoleSessions).where(isCurrent);
      return session?.keyHash;
    },
    end: async (headers) => {
      const value = readCookie(headers, sessionCookie);
      if (value !== undefined) await db.delete(consoleSessions).where(eq(consoleSessions.valueHash, hashToken(value)));
    },
  };
}
