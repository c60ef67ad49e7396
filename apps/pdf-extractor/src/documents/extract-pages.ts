import { createHash } from "node:crypto";
import type { FileStore } from "@repo/app-kit/file-store";
import { inTransaction } from "@repo/app-kit/in-transaction";
import type { Database } from "@repo/app-kit/open-database";
import { and, eq, isNull } from "drizzle-orm";
import type { PdfPage, Picture, PlacedPicture } from "../pdf/pdf-page.ts";
import { openPdf, type OpenPdfOptions } from "../pdf/open-pdf.ts";
import { looksTheSame, type PictureLook } from "../pdf/perceptual-hash.ts";
import { documentImages, type documents, pictures } from "../schema.ts";
import { changeDocument } from "./change-document.ts";

/** What {@link extractPages} works with. */
export interface ExtractParts {
  db: Database;
  files: FileStore;
  /** Bounds of reading a PDF, and what is left out of it. */
  pdf: Pick<OpenPdfOptions, "limits" | "output">;
}

type DocumentRow = typeof documents.$inferSelect;

/** Pictures of a document that are found as themselves, by id. */
type KnownLooks = Map<string, PictureLook>;

async function readLooks(db: Database, documentId: string): Promise<KnownLooks> {
  const rows = await db
    .selectDistinct({ id: pictures.id, perceptualHash: pictures.perceptualHash, colorHash: pictures.colorHash })
    .from(pictures)
    .innerJoin(documentImages, eq(documentImages.pictureId, pictures.id))
    .where(and(eq(documentImages.documentId, documentId), isNull(pictures.duplicateOf)));
  return new Map(rows.map(({ id, ...look }) => [id, look]));
}

async function storePicture(transaction: Database, files: FileStore, picture: Picture, duplicateOf: string | undefined): Promise<void> {
  const { id, file, thumbnail } = picture;
  const [known] = await transaction.select({ id: pictures.id }).from(pictures).where(eq(pictures.id, id));
  if (known !== undefined) return;
  const stored = await files.put(transaction, file.bytes, file.type);
  const small = await files.put(transaction, thumbnail.bytes, thumbnail.type);
  await transaction
    .insert(pictures)
    .values({
      id,
      fileHash: stored.sha256,
      thumbnailHash: small.sha256,
      width: picture.width,
      height: picture.height,
      thumbnailWidth: thumbnail.width,
      thumbnailHeight: thumbnail.height,
      kind: picture.kind,
      colorSpace: picture.colorSpace,
      hasMask: picture.hasMask,
      perceptualHash: picture.perceptualHash,
      colorHash: picture.colorHash,
      status: duplicateOf === undefined ? "pending" : "duplicate",
      duplicateOf: duplicateOf ?? null,
    })
    .onConflictDoNothing();
}

/** The same for the same place in the same document, however often it is read. */
function toImageId(documentId: string, { page, index }: PlacedPicture): string {
  const hash = createHash("sha256").update(`${documentId} ${page} ${index}`).digest("hex");
  // As RFC 9562 makes an id of a name of one's own choice (version 8).
  const variant = ((Number.parseInt(hash.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-${variant}${hash.slice(18, 20)}-${hash.slice(20, 32)}`;
}

/** PostgreSQL's text takes every character but this one. */
const clean = (text: string): string => text.replaceAll("\0", "");

async function storePage({ db, files }: ExtractParts, document: DocumentRow, page: PdfPage, looks: KnownLooks): Promise<void> {
  await inTransaction(db, async (transaction) => {
    for (const placed of page.pictures) {
      const { picture, pictureId } = placed;
      if (picture !== undefined && !looks.has(pictureId)) {
        const original = [...looks].find(([, look]) => looksTheSame(look, picture))?.[0];
        await storePicture(transaction, files, picture, original);
        if (original === undefined) looks.set(pictureId, { perceptualHash: picture.perceptualHash, colorHash: picture.colorHash });
      }
      await transaction
        .insert(documentImages)
        .values({
          id: toImageId(document.id, placed),
          documentId: document.id,
          pictureId,
          imageUrl: `/pictures/${pictureId}/file`,
          caption: clean(placed.caption ?? ""),
          nearbyText: clean(placed.nearbyText),
          pageNumber: placed.page,
          position: placed.index,
          box: placed.box,
        })
        .onConflictDoNothing();
    }
    document.problems = [...document.problems, ...page.warnings.map(({ message }) => `Page ${page.index}: ${message}`)];
    await changeDocument(transaction, document.id, { pagesDone: page.index, problems: document.problems, waitingFor: null });
  });
}

/**
 * Stores the pictures of a document's pages, each page in one transaction with how far it is: killed at any moment, it goes
 * on with the page it was at.
 * @throws CodedError what is wrong with the file
 */
export async function extractPages(parts: ExtractParts, document: DocumentRow, signal: AbortSignal): Promise<void> {
  const { db, files } = parts;
  if (document.pageCount !== null && document.pagesDone >= document.pageCount) return;
  await changeDocument(db, document.id, { status: "extracting", errorMessage: null });
  const pdf = await openPdf(await files.read(document.fileHash), { ...parts.pdf, signal });
  try {
    const title = clean(pdf.metadata.title ?? "").trim();
    await changeDocument(db, document.id, { pageCount: pdf.pageCount, title: title === "" ? null : title });
    const looks = await readLooks(db, document.id);
    for await (const page of pdf.pages({ from: document.pagesDone + 1 })) {
      signal.throwIfAborted();
      await storePage(parts, document, page, looks);
    }
    // Whatever the file said, there are no more.
    await changeDocument(db, document.id, { pagesDone: pdf.pageCount });
  } finally {
    await pdf.close();
  }
}
