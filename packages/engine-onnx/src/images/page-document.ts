import type { FileType } from "./page.ts";
import type { Raster } from "./raster.ts";

/** How large a page is made. */
export interface PageSize {
  /** Pixels per inch; pages are never enlarged. */
  dpi: number;
  /** A page with more is made smaller. */
  maxPixels: number;
}

/** What an opened file can do. Lives in the worker. */
export interface PageDocument {
  readonly type: FileType;
  readonly count: number;
  /** @param index from 1. @throws CodedError when the page cannot be read. */
  readPage(index: number, size: PageSize): Promise<{ raster: Raster; dpi: number }>;
  close(): Promise<void>;
}

/** Limits of what is decoded, before it is made smaller. */
export interface DecodeLimits {
  /** Width times height of one picture. */
  maxInputPixels: number;
}
