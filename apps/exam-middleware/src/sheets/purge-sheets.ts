import { inTransaction } from "@repo/app-kit/in-transaction";
import type { Database } from "@repo/app-kit/open-database";
import { count, inArray } from "drizzle-orm";
import { CodedError } from "@repo/contracts/coded-error";
import type { Actor } from "../access.ts";
import { writeAudit } from "../audit-log.ts";
import { artifacts, sheetFiles } from "../schema.ts";

/** Deletes every sheet, reading, report and file for good. What was done to them stays in the audit log. */
export async function purgeSheets(db: Database, actor: Actor): Promise<number> {
  return await inTransaction(db, async (transaction) => {
    const [busy] = await transaction
      .select({ total: count() })
      .from(artifacts)
      .where(inArray(artifacts.workflowStatus, ["QUEUED", "UPLOADING", "SUBMITTING"]));
    if ((busy?.total ?? 0) > 0) throw new CodedError("conflict", "Sheets are on their way to Moodle; wait until that is over.");
    const [counted] = await transaction.select({ total: count() }).from(artifacts);
    const total = counted?.total ?? 0;
    await transaction.delete(artifacts);
    await transaction.delete(sheetFiles);
    await writeAudit(transaction, { actor, action: "purge-all", before: { sheets: total } });
    return total;
  });
}
