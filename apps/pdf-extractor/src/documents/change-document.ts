import type { Database } from "@repo/app-kit/open-database";
import { eq } from "drizzle-orm";
import { documents } from "../schema.ts";

/** What a job may change. */
export type DocumentPatch = Partial<
  Pick<
    typeof documents.$inferInsert,
    "status" | "title" | "pageCount" | "pagesDone" | "problems" | "waitingFor" | "errorMessage" | "completedAt"
  >
>;

/** Changes a document's state. */
export async function changeDocument(db: Database, id: string, patch: DocumentPatch): Promise<void> {
  await db
    .update(documents)
    .set({ ...patch, updatedAt: new Date() })
    .where(eq(documents.id, id));
}
