import { createHash, randomUUID } from "node:crypto";
import type { Database } from "@repo/app-kit/open-database";
import { and, asc, count, desc, eq, inArray, isNull, max, min, sql, type SQL } from "drizzle-orm";
import type { Memory, MemoryEvent } from "../memory.ts";
import type { MemoryScope } from "../memory-scope.ts";
import { memories, memoryHistory } from "../schema.ts";
import { toSqlCondition } from "../vector-stores/metadata-filter-to-sql.ts";
import { toScopeCondition } from "../vector-stores/pgvector-store.ts";
import { toToday } from "../vector-stores/today.ts";
import type { Entity, ListMemories } from "./memory-service.ts";

/** The rows of memories and their history. No vectors, no rules: the service has those. Every function takes a transaction too. */

/** MD5 of a text, hexadecimal. */
export function hashText(text: string): string {
  return createHash("md5").update(text, "utf8").digest("hex");
}

/** Inserts memories that are not there yet, and their history. @returns the ids that were inserted */
export async function insertMemories(db: Database, rows: readonly Memory[]): Promise<Set<string>> {
  if (rows.length === 0) return new Set();
  const inserted = await db
    .insert(memories)
    .values([...rows])
    .onConflictDoNothing({ target: memories.id })
    .returning({ id: memories.id });
  const ids = new Set(inserted.map(({ id }) => id));
  const added = rows.filter(({ id }) => ids.has(id));
  await insertHistory(
    db,
    added.map((memory) => ({ memory, event: "ADD", oldText: null, newText: memory.text, createdAt: memory.createdAt })),
  );
  return ids;
}

/** One change of one memory, for its history. */
export interface HistoryEntry {
  memory: Memory;
  event: MemoryEvent["event"];
  oldText: string | null;
  newText: string | null;
  createdAt: Date;
}

/** Writes history. */
export async function insertHistory(db: Database, entries: readonly HistoryEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await db.insert(memoryHistory).values(
    entries.map(({ memory, event, oldText, newText, createdAt }) => ({
      id: randomUUID(),
      memoryId: memory.id,
      oldText,
      newText,
      event,
      createdAt,
      actorId: typeof memory.metadata["actor_id"] === "string" ? memory.metadata["actor_id"] : null,
      role: memory.role,
      isDeleted: event === "DELETE",
      userId: memory.userId,
      agentId: memory.agentId,
      runId: memory.runId,
    })),
  );
}

/**
 * Lets nobody else add the same texts for the same owner until the transaction ends, so that two requests at once store a
 * text once. Always in the same order, so that two of them cannot wait for each other.
 */
export async function lockTexts(transaction: Database, scope: MemoryScope, hashes: readonly string[]): Promise<void> {
  const keys = hashes.map((hash) => JSON.stringify([hash, scope.userId ?? null, scope.agentId ?? null, scope.runId ?? null])).toSorted();
  for (const key of keys) await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
}

/** Memories of exactly this owner with one of these texts, that are still shown; by hash. */
export async function findByHash(db: Database, scope: MemoryScope, hashes: readonly string[]): Promise<Map<string, Memory>> {
  if (hashes.length === 0) return new Map();
  const is = (column: typeof memories.userId | typeof memories.agentId | typeof memories.runId, value: string | undefined): SQL =>
    value === undefined ? isNull(column) : eq(column, value);
  const rows = await db
    .select()
    .from(memories)
    .where(
      and(
        inArray(memories.hash, [...hashes]),
        is(memories.userId, scope.userId),
        is(memories.agentId, scope.agentId),
        is(memories.runId, scope.runId),
        toScopeCondition({}, toToday()),
      ),
    )
    .orderBy(desc(memories.createdAt), desc(memories.id));
  // Of several the oldest stays in the map, whatever else was imported since.
  return new Map(rows.map((memory) => [memory.hash, memory]));
}

/** Memories by id, of those that the scope may see. */
export async function readMemories(db: Database, ids: readonly string[], scope: MemoryScope): Promise<Map<string, Memory>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select()
    .from(memories)
    .where(and(inArray(memories.id, [...ids]), toScopeCondition(scope, undefined)));
  return new Map(rows.map((memory) => [memory.id, memory]));
}

/** One memory, locked until the transaction ends. */
export async function lockMemory(transaction: Database, id: string, scope: MemoryScope): Promise<Memory | undefined> {
  const [memory] = await transaction
    .select()
    .from(memories)
    .where(and(eq(memories.id, id), toScopeCondition(scope, undefined)))
    .for("update");
  return memory;
}

/** A page of memories, newest first, and how many there are. */
export async function listMemories(db: Database, query: ListMemories): Promise<{ memories: Memory[]; total: number }> {
  const where = and(
    toScopeCondition(query.scope, query.includeExpired === true ? undefined : toToday()),
    query.filter === undefined ? undefined : toSqlCondition(query.filter),
  );
  const [found, total] = await Promise.all([
    query.limit === 0
      ? []
      : db
          .select()
          .from(memories)
          .where(where)
          .orderBy(desc(memories.createdAt), desc(memories.id))
          .limit(query.limit)
          .offset(query.offset ?? 0),
    db.select({ total: count() }).from(memories).where(where),
  ]);
  return { memories: found, total: total[0]?.total ?? 0 };
}

/** Writes what changed of a memory. */
export async function writeMemory(db: Database, memory: Memory): Promise<void> {
  const { id, text, hash, metadata, expiresOn, updatedAt } = memory;
  await db.update(memories).set({ text, hash, metadata, expiresOn, updatedAt }).where(eq(memories.id, id));
}

/** Deletes memories with their vectors in this database, and writes their history. @returns what was deleted */
export async function deleteMemories(db: Database, where: { scope: MemoryScope; id?: string; limit: number }): Promise<Memory[]> {
  const chosen = db
    .select({ id: memories.id })
    .from(memories)
    .where(and(where.id === undefined ? undefined : eq(memories.id, where.id), toScopeCondition(where.scope, undefined)))
    .limit(where.limit);
  const deleted = await db.delete(memories).where(inArray(memories.id, chosen)).returning();
  const createdAt = new Date();
  await insertHistory(
    db,
    deleted.map((memory) => ({ memory, event: "DELETE", oldText: memory.text, newText: null, createdAt })),
  );
  return deleted;
}

/** Deletes memories and every trace of them. For what was never a person's. */
export async function forgetMemories(db: Database, ids: readonly string[]): Promise<void> {
  await db.delete(memories).where(inArray(memories.id, [...ids]));
  await db.delete(memoryHistory).where(inArray(memoryHistory.memoryId, [...ids]));
}

/** Everything that happened to a memory, oldest first. */
export async function readHistory(db: Database, memoryId: string, scope: MemoryScope): Promise<MemoryEvent[]> {
  const isOwners = and(
    scope.userId === undefined ? undefined : eq(memoryHistory.userId, scope.userId),
    scope.agentId === undefined ? undefined : eq(memoryHistory.agentId, scope.agentId),
    scope.runId === undefined ? undefined : eq(memoryHistory.runId, scope.runId),
  );
  return await db
    .select()
    .from(memoryHistory)
    .where(and(eq(memoryHistory.memoryId, memoryId), isOwners))
    .orderBy(asc(memoryHistory.createdAt), asc(memoryHistory.event));
}

/** Deletes all memories, vectors in this database and history. */
export async function deleteEverything(db: Database): Promise<void> {
  await db.delete(memories);
  await db.delete(memoryHistory);
}

/** Owners that have memories, those with most first. */
export async function readEntities(db: Database, scope: MemoryScope): Promise<Entity[]> {
  const owners = { user: memories.userId, agent: memories.agentId, run: memories.runId } as const;
  const lists = await Promise.all(
    (["user", "agent", "run"] as const).map(async (type) => {
      const column = owners[type];
      const rows = await db
        .select({ id: column, memories: count(), createdAt: min(memories.createdAt), updatedAt: max(memories.updatedAt) })
        .from(memories)
        .where(and(sql`${column} is not null`, toScopeCondition(scope, undefined)))
        .groupBy(column);
      return rows.map(({ id, createdAt, updatedAt, ...row }): Entity => ({
        ...row,
        type,
        id: id ?? "",
        createdAt: createdAt ?? new Date(0),
        updatedAt: updatedAt ?? new Date(0),
      }));
    }),
  );
  return lists.flat().toSorted((a, b) => b.memories - a.memories || a.id.localeCompare(b.id));
}
