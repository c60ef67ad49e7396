import type { Database } from "@repo/app-kit/open-database";
import { and, asc, count, desc, eq, gte, lt, type SQL } from "drizzle-orm";
import type { Actor } from "./access.ts";
import { auditLogs } from "./schema.ts";
import type { AuditEntry } from "./sheets/sheet-views.ts";

/** A change as it is written down. */
export interface AuditRecord {
  actor: Actor;
  /** What was done: upload, read, accept, correct, ... */
  action: string;
  artifactUuid?: string | undefined;
  before?: Record<string, unknown> | undefined;
  after?: Record<string, unknown> | undefined;
}

/** Writes a change down, in the transaction that makes it. */
export async function writeAudit(transaction: Database, { actor, action, artifactUuid, before, after }: AuditRecord): Promise<void> {
  await transaction.insert(auditLogs).values({
    actorType: actor.type,
    actorId: actor.id,
    action,
    artifactUuid: artifactUuid ?? null,
    before: before ?? null,
    after: after ?? null,
    requestId: actor.requestId ?? null,
  });
}

const toEntry = (row: typeof auditLogs.$inferSelect): AuditEntry => ({
  id: row.id,
  at: row.at,
  actor: { type: row.actorType, id: row.actorId },
  action: row.action,
  sheetId: row.artifactUuid,
  before: row.before,
  after: row.after,
  requestId: row.requestId,
});

/** Every change of a sheet, oldest first. */
export async function readHistory(db: Database, artifactUuid: string): Promise<AuditEntry[]> {
  const rows = await db.select().from(auditLogs).where(eq(auditLogs.artifactUuid, artifactUuid)).orderBy(asc(auditLogs.id));
  return rows.map(toEntry);
}

/** What the log is narrowed to. */
export interface AuditFilter {
  action?: string | undefined;
  actorId?: string | undefined;
  from?: Date | undefined;
  until?: Date | undefined;
  limit: number;
  offset: number;
}

/** A page of the log, newest first, and how many entries there are in all. */
export async function listAudit(db: Database, filter: AuditFilter): Promise<{ entries: AuditEntry[]; total: number }> {
  const conditions: (SQL | undefined)[] = [
    filter.action === undefined ? undefined : eq(auditLogs.action, filter.action),
    filter.actorId === undefined ? undefined : eq(auditLogs.actorId, filter.actorId),
    filter.from === undefined ? undefined : gte(auditLogs.at, filter.from),
    filter.until === undefined ? undefined : lt(auditLogs.at, filter.until),
  ];
  const where = and(...conditions);
  const rows = await db.select().from(auditLogs).where(where).orderBy(desc(auditLogs.id)).limit(filter.limit).offset(filter.offset);
  const [counted] = await db.select({ total: count() }).from(auditLogs).where(where);
  return { entries: rows.map(toEntry), total: counted?.total ?? 0 };
}
