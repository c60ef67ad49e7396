import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import { desc, eq, inArray, sql } from "drizzle-orm";
import { documentImages, documents, type DocumentStatus, pictures, storedFiles } from "../schema.ts";

/** A document as people and programs see it. */
export interface DocumentView {
  id: string;
  filename: string;
  title: string | null;
  status: DocumentStatus;
  sizeBytes: number;
  /** Null until the file was opened. */
  pageCount: number | null;
  pagesDone: number;
  /** Places on its pages that show a picture. */
  images: number;
  /** Different pictures. */
  pictures: number;
  /** Pictures that can be found, by themselves or as another one that looks the same. */
  picturesDone: number;
  picturesFailed: number;
  problems: string[];
  waitingFor: string | null;
  errorMessage: string | null;
  createdAt: Date;
  updatedAt: Date;
}

const fields = {
  id: documents.id,
  filename: documents.filename,
  title: documents.title,
  status: documents.status,
  sizeBytes: storedFiles.sizeBytes,
  pageCount: documents.pageCount,
  pagesDone: documents.pagesDone,
  problems: documents.problems,
  waitingFor: documents.waitingFor,
  errorMessage: documents.errorMessage,
  createdAt: documents.createdAt,
  updatedAt: documents.updatedAt,
};

interface Counts {
  images: number;
  pictures: number;
  picturesDone: number;
  picturesFailed: number;
}

async function countImages(db: Database, ids: readonly string[]): Promise<Map<string, Counts>> {
  if (ids.length === 0) return new Map();
  const countOf = (condition: string) =>
    sql<number>`count(distinct ${pictures.id}) filter (where ${pictures.status} in ${sql.raw(condition)})`.mapWith(Number);
  const rows = await db
    .select({
      id: documentImages.documentId,
      images: sql<number>`count(*)`.mapWith(Number),
      pictures: sql<number>`count(distinct ${pictures.id})`.mapWith(Number),
      picturesDone: countOf("('embedded', 'duplicate')"),
      picturesFailed: countOf("('failed')"),
    })
    .from(documentImages)
    .innerJoin(pictures, eq(pictures.id, documentImages.pictureId))
    .where(inArray(documentImages.documentId, [...ids]))
    .groupBy(documentImages.documentId);
  return new Map(rows.map(({ id, ...counts }) => [id, counts]));
}

const noImages: Counts = { images: 0, pictures: 0, picturesDone: 0, picturesFailed: 0 };

/** The newest documents. */
export async function listDocuments(
  db: Database,
  { limit, offset = 0 }: { limit: number; offset?: number },
): Promise<{ documents: DocumentView[]; total: number }> {
  const rows = await db
    .select(fields)
    .from(documents)
    .innerJoin(storedFiles, eq(storedFiles.sha256, documents.fileHash))
    .orderBy(desc(documents.createdAt), desc(documents.id))
    .limit(limit)
    .offset(offset);
  const counts = await countImages(
    db,
    rows.map(({ id }) => id),
  );
  return { documents: rows.map((row) => ({ ...row, ...(counts.get(row.id) ?? noImages) })), total: await db.$count(documents) };
}

/** @throws CodedError not_found */
export async function readDocument(db: Database, id: string): Promise<DocumentView> {
  const [row] = await db
    .select(fields)
    .from(documents)
    .innerJoin(storedFiles, eq(storedFiles.sha256, documents.fileHash))
    .where(eq(documents.id, id));
  if (row === undefined) throw new CodedError("not_found", "There is no such document.");
  return { ...row, ...((await countImages(db, [id])).get(id) ?? noImages) };
}
