import type { ErrorCode } from "@repo/contracts/coded-error";
import type { PdfMetadata } from "./pdf-file.ts";
import type { PdfLimits, PdfOutput } from "./pdf-limits.ts";
import type { PdfPage } from "./pdf-page.ts";

/** What the app's process and the one that reads a PDF say to each other; structured-cloned. One request at a time. */

/** The first request: the file to read. */
export interface OpenRequest {
  kind: "open";
  /** Its bytes, or where they are. */
  file: Uint8Array | string;
  password: string | undefined;
  limits: PdfLimits;
  output: PdfOutput;
}

/** Read a page, from 1. */
interface PageRequest {
  kind: "page";
  index: number;
}

export type PdfRequest = OpenRequest | PageRequest;

/** From the reading process. */
export type PdfReply =
  /** It listens. */
  | { kind: "ready" }
  | { kind: "opened"; pageCount: number; metadata: PdfMetadata }
  | { kind: "page"; page: PdfPage }
  | { kind: "failed"; code: ErrorCode; message: string; details: Record<string, unknown> | undefined; /** For the log. */ cause: string };
