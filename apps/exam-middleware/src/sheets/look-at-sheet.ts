import type { FileStore } from "@repo/app-kit/file-store";
import { toBase64 } from "@repo/app-kit/file-tables";
import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import { and, asc, eq, sql } from "drizzle-orm";
import type { Access } from "../access.ts";
import { candidates, extractions, type SheetField } from "../schema.ts";
import { maySee } from "./find-sheets.ts";
import { readSheet, toRenamedFilename, toSheetView, unknownSheet } from "./sheet-rows.ts";
import type { SheetService } from "./sheet-service.ts";
import type { CandidateView, SheetDetails } from "./sheet-views.ts";

/** See SheetService.candidates. */
export async function readCandidates(db: Database, id: string): Promise<CandidateView[]> {
  return await db
    .select({
      field: candidates.field,
      rank: candidates.rank,
      value: candidates.value,
      raw: candidates.raw,
      confidence: candidates.confidence,
      detectionConfidence: candidates.detectionConfidence,
      box: candidates.box,
      page: candidates.page,
      matched: candidates.matched,
      margin: candidates.margin,
      hasCrop: sql<boolean>`${candidates.crop} is not null`,
    })
    .from(candidates)
    .where(eq(candidates.artifactUuid, id))
    .orderBy(asc(candidates.field), asc(candidates.rank));
}

async function readExtraction(db: Database, id: string): Promise<SheetDetails["extraction"]> {
  const [row] = await db.select().from(extractions).where(eq(extractions.artifactUuid, id));
  if (row === undefined) return null;
  const { artifactUuid: _sheet, createdAt: at, ...extraction } = row;
  return { ...extraction, at };
}

/** See SheetService.get. */
export async function readDetails(db: Database, id: string, access: Access): Promise<SheetDetails> {
  const row = await readSheet(db, id);
  if (!maySee(access, row)) throw unknownSheet();
  return { ...toSheetView(row), candidates: await readCandidates(db, id), extraction: await readExtraction(db, id) };
}

/** See SheetService.crop. */
export async function readCrop(db: Database, id: string, field: SheetField, rank: number): Promise<{ bytes: Uint8Array; type: string }> {
  const [row] = await db
    .select({ crop: toBase64(candidates.crop), type: candidates.cropType })
    .from(candidates)
    .where(and(eq(candidates.artifactUuid, id), eq(candidates.field, field), eq(candidates.rank, rank)));
  if (!row?.crop || row.type === null) throw new CodedError("not_found", "There is no picture of this reading.");
  return { bytes: Buffer.from(row.crop, "base64"), type: row.type };
}

/** See SheetService.file. */
export async function openFile(db: Database, files: FileStore, id: string, access: Access): ReturnType<SheetService["file"]> {
  const row = await readSheet(db, id);
  if (!maySee(access, row)) throw unknownSheet();
  const { mimeType: type, sizeBytes, fileHash } = row;
  return { name: toRenamedFilename(row) ?? row.originalFilename, type, sizeBytes, bytes: files.stream(fileHash) };
}
