import { randomUUID } from "node:crypto";
import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import { type ImportView, maxImportProblems } from "@repo/contracts/memory-transfer";
import { and, asc, desc, eq, gt, inArray, isNull, lt, type SQL, sql } from "drizzle-orm";
import { importLines, imports, type ImportState } from "../../schema.ts";
import type { StagedMemory } from "./parse-memory-line.ts";

/** A row of imports. */
export type ImportRow = typeof imports.$inferSelect;

/** A line that cannot become a memory. */
export interface Problem {
  line: number;
  message: string;
}

/** What a batch adds to an import's numbers. */
export interface Counts {
  done: number;
  skipped: number;
  problems: readonly Problem[];
}

/** An import's line that waits. */
export interface WaitingLine {
  line: number;
  memory: StagedMemory;
}

/** Thrown inside a transaction when the import is no longer in the state it needs; everything is rolled back. */
export class ImportStateError extends Error {}

/** The row as the API shows it. */
export function toImportView(row: ImportRow): ImportView {
  return {
    id: row.id,
    user_id: row.userId,
    file_name: row.fileName,
    state: row.state,
    total: row.total,
    done: row.done,
    skipped: row.skipped,
    failed: row.failed,
    problems: row.problems,
    message: row.message,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

const now = sql`now()`;

/** @throws CodedError not_found, also for another user's import */
export async function readImport(db: Database, id: string, userId: string | undefined): Promise<ImportRow> {
  const isUuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id);
  const [row] = isUuid
    ? await db
        .select()
        .from(imports)
        .where(and(eq(imports.id, id), isOf(userId)))
    : [];
  if (row === undefined) throw new CodedError("not_found", "There is no such import.");
  return row;
}

const isOf = (userId: string | undefined): SQL | undefined => (userId === undefined ? undefined : eq(imports.userId, userId));

/** The newest 100; of one user, or of everybody. */
export async function listImports(db: Database, userId: string | undefined): Promise<ImportRow[]> {
  return await db.select().from(imports).where(isOf(userId)).orderBy(desc(imports.createdAt)).limit(100);
}

/**
 * Begins an import.
 * @returns the new row; undefined when an upload of the same owner had the same key
 */
export async function insertImport(
  db: Database,
  values: { userId: string | null; fileName: string; idempotencyKey: string | null },
): Promise<ImportRow | undefined> {
  const [row] = await db
    .insert(imports)
    .values({ id: randomUUID(), state: "uploading", ...values })
    .onConflictDoNothing()
    .returning();
  return row;
}

/** The import that an owner's key belongs to. */
export async function findImportByKey(db: Database, userId: string | null, key: string): Promise<ImportRow | undefined> {
  const owner = userId === null ? isNull(imports.userId) : eq(imports.userId, userId);
  const [row] = await db
    .select()
    .from(imports)
    .where(and(owner, eq(imports.idempotencyKey, key)));
  return row;
}

/** Forgets an import that never arrived whole, with its lines. */
export async function removeImport(db: Database, id: string): Promise<void> {
  await db.delete(imports).where(eq(imports.id, id));
}

/** Forgets uploads of which nothing has come since then: their process was killed. */
export async function removeAbandonedUploads(db: Database, before: Date): Promise<void> {
  await db.delete(imports).where(and(eq(imports.state, "uploading"), lt(imports.updatedAt, before)));
}

/**
 * Adds to an import's numbers, if it is in this state. Call it first in a transaction: it locks the import, so that what
 * follows and a cancellation cannot overlap.
 * @throws ImportStateError
 */
async function addToImport(db: Database, id: string, state: ImportState, change: Counts & { total?: number }): Promise<void> {
  const problems = sql`(select coalesce(jsonb_agg(item order by position), '[]'::jsonb)
    from jsonb_array_elements(${imports.problems} || ${JSON.stringify(change.problems.slice(0, maxImportProblems))}::jsonb)
      with ordinality as items(item, position) where position <= ${maxImportProblems})`;
  const changed = await db
    .update(imports)
    .set({
      total: sql`${imports.total} + ${change.total ?? 0}`,
      done: sql`${imports.done} + ${change.done}`,
      skipped: sql`${imports.skipped} + ${change.skipped}`,
      failed: sql`${imports.failed} + ${change.problems.length}`,
      ...(change.problems.length > 0 ? { problems } : {}),
      message: null,
      updatedAt: now,
    })
    .where(and(eq(imports.id, id), eq(imports.state, state)))
    .returning({ id: imports.id });
  if (changed.length === 0) throw new ImportStateError(`The import ${id} is not ${state} any more.`);
}

/** Stores lines of a file that is arriving. @throws ImportStateError */
export async function stageLines(
  db: Database,
  id: string,
  { lines, problems }: { lines: readonly WaitingLine[]; problems: readonly Problem[] },
): Promise<void> {
  await db.transaction(async (transaction) => {
    await addToImport(transaction, id, "uploading", { done: 0, skipped: 0, problems, total: lines.length + problems.length });
    if (lines.length === 0) return;
    const rows = lines.map(({ line, memory }) => ({ importId: id, line, payload: memory as unknown as Record<string, unknown> }));
    await transaction.insert(importLines).values(rows);
  });
}

/** Moves an import on, if it is in one of these states. @returns undefined when it is not */
export async function moveImport(
  db: Database,
  id: string,
  from: readonly ImportState[],
  change: { state: ImportState; message?: string | null },
): Promise<ImportRow | undefined> {
  const [row] = await db
    .update(imports)
    .set({ message: null, ...change, updatedAt: now })
    .where(and(eq(imports.id, id), inArray(imports.state, [...from])))
    .returning();
  return row;
}

/** Says why an import waits. */
export async function tellImport(db: Database, id: string, message: string): Promise<void> {
  await moveImport(db, id, ["running"], { state: "running", message });
}

/** The next lines that wait. */
export async function readWaitingLines(db: Database, id: string, after: number, limit: number): Promise<WaitingLine[]> {
  const rows = await db
    .select({ line: importLines.line, payload: importLines.payload })
    .from(importLines)
    .where(and(eq(importLines.importId, id), gt(importLines.line, after)))
    .orderBy(asc(importLines.line))
    .limit(limit);
  return rows.map(({ line, payload }) => ({ line, memory: payload as unknown as StagedMemory }));
}

/**
 * Takes lines out of the import and adds to its numbers, in the transaction that makes them memories. Two processes that
 * hold the same lines, because one was taken for dead, cannot both get through.
 * @throws ImportStateError when the import was cancelled, or another process was faster
 */
export async function settleLines(transaction: Database, id: string, lines: readonly number[], counts: Counts): Promise<void> {
  await addToImport(transaction, id, "running", counts);
  const taken = await transaction
    .delete(importLines)
    .where(and(eq(importLines.importId, id), inArray(importLines.line, [...lines])))
    .returning({ line: importLines.line });
  if (taken.length !== lines.length) throw new ImportStateError("Another process has done these lines.");
}

/** Stops an import that is not over and drops its waiting lines. */
export async function cancelImport(db: Database, id: string): Promise<void> {
  await db.transaction(async (transaction) => {
    const cancelled = await moveImport(transaction, id, ["uploading", "queued", "running"], { state: "cancelled" });
    if (cancelled !== undefined) await transaction.delete(importLines).where(eq(importLines.importId, id));
  });
}

/** Ends an import whose lines are all done. @returns false when some wait */
export async function finishImport(db: Database, id: string): Promise<boolean> {
  const [row] = await db
    .update(imports)
    .set({ state: "done", message: null, updatedAt: now })
    .where(
      and(
        eq(imports.id, id),
        eq(imports.state, "running"),
        sql`not exists (select 1 from ${importLines} where ${importLines.importId} = ${id})`,
      ),
    )
    .returning({ id: imports.id });
  return row !== undefined;
}
