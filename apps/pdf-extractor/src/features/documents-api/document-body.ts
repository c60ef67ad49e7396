import type { DocumentBody } from "@repo/contracts/visual-catalogue";
import type { DocumentView } from "../../documents/document-views.ts";

/** A document as the API has it. */
export function toDocumentBody(document: DocumentView): DocumentBody {
  return {
    id: document.id,
    filename: document.filename,
    title: document.title,
    status: document.status,
    size_bytes: document.sizeBytes,
    page_count: document.pageCount,
    pages_done: document.pagesDone,
    images: document.images,
    pictures: document.pictures,
    pictures_done: document.picturesDone,
    pictures_failed: document.picturesFailed,
    problems: document.problems,
    waiting_for: document.waitingFor,
    error_message: document.errorMessage,
    created_at: document.createdAt.toISOString(),
    updated_at: document.updatedAt.toISOString(),
  };
}
