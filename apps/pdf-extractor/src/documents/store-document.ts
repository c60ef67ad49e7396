import { randomUUID } from "node:crypto";
import type { FileStore } from "@repo/app-kit/file-store";
import { inTransaction } from "@repo/app-kit/in-transaction";
import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import { eq } from "drizzle-orm";
import { documents } from "../schema.ts";
import { type DocumentView, readDocument } from "./document-views.ts";

/** What {@link storeDocument} works with. */
export interface IntakeParts {
  db: Database;
  files: FileStore;
  maxFileBytes: number;
  /** Puts the document's job into the queue, in the transaction that stores it. */
  enqueue: (id: string, transaction: Database) => Promise<unknown>;
}

/** What became of an upload. */
export interface UploadOutcome {
  document: DocumentView;
  /** false: the same bytes were here already. */
  isNew: boolean;
}

const pdfStart = Buffer.from("%PDF-");
/** Readers of PDF look for the start within these bytes. @source ISO 32000-1, annex H.3, implementation note 13 */
const pdfSearchBytes = 1024;
const maxNameCharacters = 255;

/** The name without folders and signs that no file name should have. */
function toFilename(name: string): string {
  const base = name.split(/[\\/]/).at(-1) ?? "";
  const clean = base.replaceAll(/\p{C}/gu, "").trim().slice(-maxNameCharacters);
  return clean === "" ? "unnamed.pdf" : clean;
}

function checkFile(bytes: Uint8Array, maxFileBytes: number): void {
  if (bytes.byteLength === 0) throw new CodedError("invalid_request", "The file is empty.", { details: { reason: "empty" } });
  if (bytes.byteLength > maxFileBytes) {
    throw new CodedError("payload_too_large", `The file is larger than ${Math.floor(maxFileBytes / 2 ** 20)} MiB.`, {
      details: { maxFileBytes },
    });
  }
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, pdfSearchBytes));
  if (!head.includes(pdfStart)) throw new CodedError("unsupported_media_type", "The file is not a PDF, whatever its name says.");
}

/**
 * Stores a PDF and the job that works on it in one transaction: once this returns, neither a kill nor a Space that is away
 * loses it. The same bytes again are answered with the document they are.
 * @throws CodedError invalid_request, payload_too_large, unsupported_media_type
 */
export async function storeDocument(parts: IntakeParts, file: { bytes: Uint8Array; name: string }): Promise<UploadOutcome> {
  const { db, files, maxFileBytes, enqueue } = parts;
  checkFile(file.bytes, maxFileBytes);
  const filename = toFilename(file.name);
  const { id, isNew } = await inTransaction(db, async (transaction) => {
    const { sha256 } = await files.put(transaction, file.bytes, "application/pdf");
    const [inserted] = await transaction
      .insert(documents)
      .values({ id: randomUUID(), fileHash: sha256, filename })
      .onConflictDoNothing()
      .returning({ id: documents.id });
    if (inserted !== undefined) {
      await enqueue(inserted.id, transaction);
      return { id: inserted.id, isNew: true };
    }
    const [known] = await transaction.select({ id: documents.id }).from(documents).where(eq(documents.fileHash, sha256));
    // It was taken out between the two statements.
    if (known === undefined) throw new CodedError("conflict", "The same file was just deleted; send it again.");
    return { id: known.id, isNew: false };
  });
  return { document: await readDocument(db, id), isNew };
}
