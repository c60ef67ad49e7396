import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import {
  findImportByKey,
  type ImportRow,
  ImportStateError,
  insertImport,
  moveImport,
  type Problem,
  removeImport,
  stageLines,
  type WaitingLine,
} from "./import-store.ts";
import { parseMemoryLine } from "./parse-memory-line.ts";
import { readLines } from "./read-lines.ts";
import type { TransferLimits } from "./transfer-limits.ts";

/** Lines per transaction, and their bytes: what is held in memory at most. */
const linesPerTransaction = 500;
const bytesPerTransaction = 2 ** 21;
/** An upload of which nothing has come for so long is dead, milliseconds; a Node server cuts its connection before. */
export const abandonedAfterMs = 10 * 60_000;

/** A file and what its sender says about it. */
export interface NewImport {
  userId: string | null;
  fileName: string;
  idempotencyKey: string | null;
}

/**
 * The import of an upload: a new one, or the one that the same upload made before.
 * @throws CodedError overloaded while the same upload is still arriving
 */
export async function beginImport(db: Database, values: NewImport): Promise<{ row: ImportRow; isNew: boolean }> {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const inserted = await insertImport(db, values);
    if (inserted !== undefined) return { row: inserted, isNew: true };
    const row = values.idempotencyKey === null ? undefined : await findImportByKey(db, values.userId, values.idempotencyKey);
    if (row === undefined) continue;
    if (row.state !== "uploading") return { row, isNew: false };
    if (Date.now() - row.updatedAt.getTime() < abandonedAfterMs) break;
    await removeImport(db, row.id);
  }
  throw new CodedError("overloaded", "The same upload is still arriving.", { retryAfterMs: 1_000 });
}

/**
 * Stores the lines of a file and puts the import into the queue; all of the file or nothing.
 * @param enqueue puts the job in, within the transaction that ends the upload
 * @throws CodedError payload_too_large, invalid_request (also when the upload was cancelled)
 */
export async function stageUpload(
  { db, limits, enqueue }: { db: Database; limits: TransferLimits; enqueue: (id: string, transaction: Database) => Promise<unknown> },
  { id, userId }: ImportRow,
  bytes: AsyncIterable<Uint8Array>,
): Promise<ImportRow> {
  let lines: WaitingLine[] = [];
  let problems: Problem[] = [];
  let [held, total] = [0, 0];
  const flush = async (): Promise<void> => {
    await stageLines(db, id, { lines, problems });
    [lines, problems, held] = [[], [], 0];
  };
  try {
    for await (const line of readLines(bytes, limits)) {
      const parsed = parseMemoryLine(line, userId);
      if ("memory" in parsed) lines.push({ line: line.line, memory: parsed.memory });
      else problems.push({ line: line.line, message: parsed.problem });
      total += 1;
      held += line.text?.length ?? 0;
      if (lines.length + problems.length >= linesPerTransaction || held >= bytesPerTransaction) await flush();
    }
    if (total === 0) throw new CodedError("invalid_request", "The file has no lines; send one memory per line.");
    await flush();
    return await db.transaction(async (transaction) => {
      const row = await moveImport(transaction, id, ["uploading"], { state: "queued" });
      if (row === undefined) throw new ImportStateError("cancelled");
      await enqueue(id, transaction);
      return row;
    });
  } catch (thrown) {
    if (thrown instanceof ImportStateError) {
      throw new CodedError("invalid_request", "The import was cancelled while its file was arriving.", { cause: thrown });
    }
    await removeImport(db, id);
    throw thrown;
  }
}
