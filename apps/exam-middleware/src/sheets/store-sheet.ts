import { randomUUID } from "node:crypto";
import type { FileStore } from "@repo/app-kit/file-store";
import { inTransaction } from "@repo/app-kit/in-transaction";
import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import { and, eq, ne } from "drizzle-orm";
import type { Actor } from "../access.ts";
import { writeAudit } from "../audit-log.ts";
import { findFileKind } from "../files/file-kind.ts";
import { artifacts } from "../schema.ts";
import { readSheet, toSheetView } from "./sheet-rows.ts";
import type { NewSheet, UploadOutcome } from "./sheet-service.ts";

/** What is taken in. */
export interface IntakeRules {
  maxFileBytes: number;
  /** With a dot, lower case. */
  allowedExtensions: readonly string[];
  /** The first is the default. */
  examTypes: readonly string[];
}

/** What {@link storeSheet} works with. */
export interface IntakeParts {
  db: Database;
  files: FileStore;
  rules: IntakeRules;
  /** Puts the reading of a sheet into the queue, in the transaction that stores it. */
  enqueueReading: (id: string, transaction: Database) => Promise<unknown>;
}

const maxNameCharacters = 255;

/** The name without folders and signs that no file name should have. */
function toFileName(name: string): string {
  const base = name.split(/[\\/]/).at(-1) ?? "";
  const clean = base.replaceAll(/\p{C}/gu, "").trim().slice(-maxNameCharacters);
  return clean === "" ? "unnamed" : clean;
}

/** @throws CodedError invalid_request */
export function toExamType(given: string | undefined, examTypes: readonly string[]): string {
  const [first] = examTypes;
  const wanted = given?.trim();
  if (wanted === undefined || wanted === "") return first ?? "";
  const found = examTypes.find((examType) => examType.toLowerCase() === wanted.toLowerCase());
  if (found === undefined)
    throw new CodedError("invalid_request", `The exam type is one of ${examTypes.join(", ")}.`, { details: { field: "exam_type" } });
  return found;
}

/** @throws CodedError invalid_request, payload_too_large, unsupported_media_type */
function checkFile({ bytes }: NewSheet, { maxFileBytes, allowedExtensions }: IntakeRules): string {
  if (bytes.byteLength === 0) throw new CodedError("invalid_request", "The file is empty.", { details: { reason: "empty" } });
  if (bytes.byteLength > maxFileBytes) {
    throw new CodedError("payload_too_large", `The file is larger than ${Math.floor(maxFileBytes / 2 ** 20)} MiB.`, {
      details: { maxFileBytes },
    });
  }
  const kind = findFileKind(bytes);
  if (kind === undefined || !kind.extensions.some((extension) => allowedExtensions.includes(extension))) {
    throw new CodedError("unsupported_media_type", `The content is of none of the kinds that are taken: ${allowedExtensions.join(", ")}.`);
  }
  return kind.mimeType;
}

/**
 * Stores a file and the job that reads it in one transaction: once this returns, neither a kill nor a Space that is away
 * loses it. The same bytes again are answered with the sheet they are in.
 */
export async function storeSheet({ db, files, rules, enqueueReading }: IntakeParts, file: NewSheet, actor: Actor): Promise<UploadOutcome> {
  const mimeType = checkFile(file, rules);
  const examType = toExamType(file.examType, rules.examTypes);
  const originalFilename = toFileName(file.name);
  const { id, isNew } = await inTransaction(db, async (transaction) => {
    const stored = await files.put(transaction, file.bytes, mimeType);
    const [inserted] = await transaction
      .insert(artifacts)
      .values({
        artifactUuid: randomUUID(),
        fileHash: stored.sha256,
        originalFilename,
        examType,
        batchId: file.batchId ?? null,
        uploadedByStaffId: actor.type === "staff" || actor.type === "administrator" ? actor.id : null,
      })
      .onConflictDoNothing()
      .returning({ id: artifacts.artifactUuid });
    if (inserted !== undefined) {
      const after = { originalFilename, examType, fileHash: stored.sha256, sizeBytes: stored.sizeBytes };
      await writeAudit(transaction, { actor, action: "upload", artifactUuid: inserted.id, after });
      await enqueueReading(inserted.id, transaction);
      return { id: inserted.id, isNew: true };
    }
    const [known] = await transaction
      .select({ id: artifacts.artifactUuid })
      .from(artifacts)
      .where(and(eq(artifacts.fileHash, stored.sha256), ne(artifacts.workflowStatus, "DELETED")));
    // It was taken out between the two statements.
    if (known === undefined) throw new CodedError("conflict", "The same file was just deleted; send it again.");
    await writeAudit(transaction, { actor, action: "upload-again", artifactUuid: known.id, after: { originalFilename } });
    return { id: known.id, isNew: false };
  });
  return { sheet: toSheetView(await readSheet(db, id)), isNew };
}
