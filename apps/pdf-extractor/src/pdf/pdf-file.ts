import type { PdfPage } from "./pdf-page.ts";

/** What a PDF says of itself; undefined where it says nothing. */
export interface PdfMetadata {
  title: string | undefined;
  author: string | undefined;
  subject: string | undefined;
  keywords: string | undefined;
  producer: string | undefined;
  /** "1.7" */
  version: string | undefined;
  isEncrypted: boolean;
}

/** An open PDF. */
export interface PdfFile {
  pageCount: number;
  metadata: PdfMetadata;
  /**
   * The pages from `from` (default 1) to `to` (default the last), one by one; the next is read while the caller works on the
   * one before. A page that cannot be read comes with a warning.
   *
   * @throws CodedError internal (process_lost): the reading process was killed from outside; reading may go on from that page
   *   with a file opened anew. cancelled: the signal was aborted.
   */
  pages(range?: { from?: number | undefined; to?: number | undefined }): AsyncGenerator<PdfPage, void, undefined>;
  /** Ends the reading process. */
  close(): Promise<void>;
}
