import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import { eq } from "drizzle-orm";
import type { Actor } from "../access.ts";
import { writeAudit } from "../audit-log.ts";
import { artifacts } from "../schema.ts";
import { type SheetRow, unknownSheet } from "./sheet-rows.ts";

/** New values of a sheet's columns. */
export type SheetPatch = Partial<Omit<typeof artifacts.$inferInsert, "artifactUuid" | "version" | "updatedAt">>;

/** Which change is made, by whom, and to which version of the sheet. */
export interface SheetChange {
  actor: Actor;
  action: string;
  /** The version the person was looking at; undefined: whatever it is now. */
  version?: number | undefined;
}

/** Columns that say nothing in the log: moments, and what others follow from. */
const unlogged = new Set(["updatedAt", "extractedAt", "validatedAt", "reviewedAt", "reviewedBy", "waitingFor"]);

/**
 * Changes a sheet under its lock and writes before and after into the audit log; call it in a transaction.
 * @param toPatch the new values; undefined: nothing is to be done
 * @throws CodedError not_found; conflict with details {version} when somebody else has changed it since
 */
export async function changeSheet(
  transaction: Database,
  id: string,
  { actor, action, version }: SheetChange,
  toPatch: (row: SheetRow) => SheetPatch | undefined | Promise<SheetPatch | undefined>,
): Promise<SheetRow> {
  const [row] = await transaction.select().from(artifacts).where(eq(artifacts.artifactUuid, id)).for("update");
  if (row === undefined) throw unknownSheet();
  if (version !== undefined && version !== row.version) {
    throw new CodedError("conflict", "Somebody else has changed this sheet in the meantime; look at it again.", {
      details: { version: row.version },
    });
  }
  const patch = await toPatch(row);
  const isSame = (column: string, value: unknown): boolean => JSON.stringify(row[column as keyof SheetRow]) === JSON.stringify(value);
  // What changes nothing is no change: it would only be in the way of the person who looks at the sheet.
  if (patch === undefined || Object.entries(patch).every(([column, value]) => isSame(column, value))) return row;
  const [changed] = await transaction
    .update(artifacts)
    .set({ ...patch, version: row.version + 1, updatedAt: new Date() })
    .where(eq(artifacts.artifactUuid, id))
    .returning();
  if (changed === undefined) throw unknownSheet();
  const columns = (Object.keys(patch) as (keyof SheetPatch & keyof SheetRow)[]).filter(
    (column) => !unlogged.has(column) && !isSame(column, changed[column]),
  );
  const pick = (from: SheetRow) => Object.fromEntries(columns.map((column) => [column, from[column]]));
  await writeAudit(transaction, { actor, action, artifactUuid: id, before: pick(row), after: pick(changed) });
  return changed;
}
