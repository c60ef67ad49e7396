import type { DocumentView } from "../documents/document-views.ts";
import type { DocumentStatus } from "../schema.ts";

/** What a document's state is called. */
const statusNames: Readonly<Record<DocumentStatus, string>> = {
  queued: "Waiting",
  extracting: "Reading pages",
  embedding: "Embedding pictures",
  stopped: "Stopped",
  completed: "Ready",
  failed: "Failed",
};

const tones: Readonly<Record<DocumentStatus, string>> = {
  queued: "busy",
  extracting: "busy",
  embedding: "busy",
  stopped: "look",
  completed: "good",
  failed: "bad",
};

/** How a document does, in the words of a row; the page and its script show the same. */
export interface DocumentLine {
  id: string;
  status: DocumentStatus;
  text: string;
  tone: string;
  /** What has come of it so far. */
  facts: string;
  /** What it waits for, or what is wrong; empty when nothing is. */
  detail: string;
  /** 0..1, null when nothing is under way. */
  share: number | null;
}

const plural = (count: number, one: string, many: string): string => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

/** Reading a page is quicker than embedding what is on it. */
const extractShare = 0.2;

function toShare({ status, pageCount, pagesDone, pictures, picturesDone, picturesFailed }: DocumentView): number | null {
  if (status === "queued") return 0;
  if (status === "extracting") return pageCount === null || pageCount === 0 ? 0 : (extractShare * pagesDone) / pageCount;
  if (status === "embedding" || status === "stopped") {
    return pictures === 0 ? extractShare : extractShare + ((1 - extractShare) * (picturesDone + picturesFailed)) / pictures;
  }
  return null;
}

function toFacts({ status, pageCount, pagesDone, pictures, picturesDone, picturesFailed }: DocumentView): string {
  const pages =
    pageCount === null
      ? undefined
      : status === "extracting"
        ? `page ${pagesDone.toLocaleString("en")} of ${pageCount.toLocaleString("en")}`
        : plural(pageCount, "page", "pages");
  const found = pageCount === null ? undefined : plural(pictures, "picture", "pictures");
  const done = status === "embedding" || status === "stopped" ? `${picturesDone.toLocaleString("en")} embedded` : undefined;
  const failed = picturesFailed > 0 ? `${picturesFailed.toLocaleString("en")} not readable` : undefined;
  return [pages, found, done, failed].filter((part) => part !== undefined).join(" · ");
}

/** See {@link DocumentLine}. */
export function toDocumentLine(document: DocumentView): DocumentLine {
  const { id, status, waitingFor, errorMessage } = document;
  const detail = (status === "failed" ? errorMessage : waitingFor) ?? "";
  return { id, status, text: statusNames[status], tone: tones[status], facts: toFacts(document), detail, share: toShare(document) };
}

/** A size for people, e.g. "3.4 MB". */
export function toSize(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1_000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
