import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import { asc, desc, eq, sql } from "drizzle-orm";
import { documentImages, documents, pictures, storedFiles } from "../schema.ts";
import { isCover, type PicturePlace } from "./find-pictures.ts";

/** Everything that is known of a picture. */
export interface PictureDetails {
  picture: typeof pictures.$inferSelect;
  /** The picture that stands for it: itself, or the one that looks the same, which has the labels. */
  original: typeof pictures.$inferSelect;
  sizeBytes: number;
  /** Where documents show it, or one that looks the same. */
  places: PicturePlace[];
}

/** @throws CodedError not_found */
export async function readPicture(db: Database, id: string): Promise<PictureDetails> {
  const [row] = await db
    .select({ picture: pictures, sizeBytes: storedFiles.sizeBytes })
    .from(pictures)
    .innerJoin(storedFiles, eq(storedFiles.sha256, pictures.fileHash))
    .where(eq(pictures.id, id));
  if (row === undefined) throw new CodedError("not_found", "There is no such picture.");
  const { picture, sizeBytes } = row;
  const foundAs = picture.duplicateOf ?? picture.id;
  const [original] = picture.duplicateOf === null ? [picture] : await db.select().from(pictures).where(eq(pictures.id, foundAs));
  const places = await db
    .select({
      imageId: documentImages.id,
      documentId: documentImages.documentId,
      filename: documents.filename,
      page: documentImages.pageNumber,
      caption: documentImages.caption,
      nearbyText: documentImages.nearbyText,
    })
    .from(documentImages)
    .innerJoin(pictures, eq(pictures.id, documentImages.pictureId))
    .innerJoin(documents, eq(documents.id, documentImages.documentId))
    .where(sql`coalesce(${pictures.duplicateOf}, ${pictures.id}) = ${foundAs}`)
    .orderBy(desc(documents.createdAt), isCover, asc(documentImages.pageNumber), asc(documentImages.position));
  return { picture, original: original ?? picture, sizeBytes, places };
}

/** Hash and kind of a picture's file or thumbnail. @throws CodedError not_found */
export async function readPictureFile(
  db: Database,
  id: string,
  part: "file" | "thumbnail",
): Promise<{ sha256: string; type: string; sizeBytes: number }> {
  const hash = part === "file" ? pictures.fileHash : pictures.thumbnailHash;
  const [row] = await db
    .select({ sha256: storedFiles.sha256, type: storedFiles.mimeType, sizeBytes: storedFiles.sizeBytes })
    .from(pictures)
    .innerJoin(storedFiles, eq(storedFiles.sha256, hash))
    .where(eq(pictures.id, id));
  if (row === undefined) throw new CodedError("not_found", "There is no such picture.");
  return row;
}
