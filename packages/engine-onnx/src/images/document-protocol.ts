import type { ErrorCode } from "@repo/contracts/coded-error";
import type { FileType, Page } from "./page.ts";
import type { DecodeLimits, PageSize } from "./page-document.ts";
import type { ResampleFilter } from "./resample.ts";

/** What the server's process and the one that decodes files say to each other; structured-cloned. */

/** To the decoding process: read one page. It answers one request after the other. */
export interface PageRequest {
  id: number;
  /** Names the file for as long as its pages are asked for. */
  document: number;
  /** Absent when the file was sent before; the answer may be "missing" then. */
  bytes?: Uint8Array;
  type: FileType;
  /** See select-pages.ts. */
  pages: string;
  /** Which of the selected pages, from 0. */
  position: number;
  size: PageSize;
  limits: DecodeLimits & { maxPages: number };
  wantsRgb: boolean;
}

/** To the decoding process: the first frame of a picture, pulled to a square. */
export interface PictureRequest {
  id: number;
  /** See {@link PageRequest}; a picture is not kept open. */
  document: number;
  bytes: Uint8Array;
  type: FileType;
  square: { side: number; filter: ResampleFilter };
  limits: DecodeLimits;
}

/** A picture pulled to a square. */
export interface SquarePicture {
  /** [side * side * 3], row by row, red, green, blue. */
  pixels: Uint8Array;
  /** Size of the picture as it is in the file, upright. */
  width: number;
  height: number;
  type: FileType;
  /** Milliseconds that decoding and resizing took in the process. */
  readMs: number;
}

/** From the decoding process. */
export type PageReply =
  /** It listens. */
  | { kind: "ready" }
  | { kind: "picture"; id: number; picture: SquarePicture }
  | { kind: "page"; id: number; page: Page; /** Pages the selection names. */ selected: number }
  /** The file is not open here (any more): send its bytes. */
  | { kind: "missing"; id: number }
  | {
      kind: "failed";
      id: number;
      code: ErrorCode;
      message: string;
      details: Record<string, unknown> | undefined;
      /** For the log. */ cause: string;
    };

/** To the decoding process: no more pages of this file will be asked for. */
export interface CloseDocument {
  close: number;
}
