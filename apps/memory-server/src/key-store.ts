import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { Database } from "@repo/app-kit/open-database";
import { and, desc, eq, isNull, lt, or } from "drizzle-orm";
import { apiKeys } from "./schema.ts";

/** SHA-256 of a key, hexadecimal, as the database keeps it. */
export function hashKey(key: string): string {
  return createHash("sha256").update(key, "utf8").digest("hex");
}

/** A key as its owner sees it: never the key itself. */
export interface ApiKey {
  id: string;
  label: string;
  /** First characters of the key. */
  prefix: string;
  /** Whose memories it opens; null: everybody's. */
  userId: string | null;
  createdAt: Date;
  lastUsedAt: Date | null;
}

/** The keys of people and programs. */
export interface KeyStore {
  /** Makes a key. @returns the key itself too: it is shown this once and stored as a hash */
  create(request: { label: string; userId: string | null }): Promise<ApiKey & { key: string }>;
  /** Newest first, without revoked ones; of one user, or all. */
  list(userId?: string): Promise<ApiKey[]>;
  /** @returns false when there is no such key, or it is another user's */
  revoke(id: string, userId?: string): Promise<boolean>;
  /** Whose key has this hash (SHA-256, hexadecimal); undefined for an unknown or revoked one. */
  findOwner(keyHash: string): Promise<{ userId: string | null } | undefined>;
}

const prefixLength = 8;
/** How exact lastUsedAt is, milliseconds: a write per request would cost more than it tells. */
const usedEveryMs = 60_000;

const columns = {
  id: apiKeys.id,
  label: apiKeys.label,
  prefix: apiKeys.prefix,
  userId: apiKeys.userId,
  createdAt: apiKeys.createdAt,
  lastUsedAt: apiKeys.lastUsedAt,
};

/** Keeps keys in the database. A key is 256 random bits, so a plain hash of it cannot be turned round. */
export function createKeyStore(db: Database): KeyStore {
  const ofUser = (userId: string | undefined) => (userId === undefined ? undefined : eq(apiKeys.userId, userId));
  return {
    async create({ label, userId }) {
      const key = `om_${randomBytes(32).toString("base64url")}`;
      const row = { id: randomUUID(), label, prefix: key.slice(0, prefixLength), userId };
      const [created] = await db
        .insert(apiKeys)
        .values({ ...row, keyHash: hashKey(key) })
        .returning(columns);
      if (created === undefined) throw new Error("The database gave no row back.");
      return { ...created, key };
    },
    list: async (userId) =>
      await db
        .select(columns)
        .from(apiKeys)
        .where(and(isNull(apiKeys.revokedAt), ofUser(userId)))
        .orderBy(desc(apiKeys.createdAt)),
    async revoke(id, userId) {
      const revoked = await db
        .update(apiKeys)
        .set({ revokedAt: new Date() })
        .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt), ofUser(userId)))
        .returning({ id: apiKeys.id });
      return revoked.length > 0;
    },
    async findOwner(keyHash) {
      const isKey = and(eq(apiKeys.keyHash, keyHash), isNull(apiKeys.revokedAt));
      const [found] = await db
        .select({ id: apiKeys.id, userId: apiKeys.userId, lastUsedAt: apiKeys.lastUsedAt })
        .from(apiKeys)
        .where(isKey);
      if (found === undefined) return undefined;
      const now = new Date();
      const staleBefore = new Date(now.getTime() - usedEveryMs);
      if (found.lastUsedAt === null || found.lastUsedAt < staleBefore) {
        const isStale = or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, staleBefore));
        await db
          .update(apiKeys)
          .set({ lastUsedAt: now })
          .where(and(eq(apiKeys.id, found.id), isStale));
      }
      return { userId: found.userId };
    },
  };
}
