/** Bounds of reading one PDF. Every one has a default; strangers' files meet all of them. */
export interface PdfLimits {
  /** Bytes of the file, default 200 MiB: print catalogues are large. */
  maxFileBytes: number;
  /** Pages of the file, default 2,000. */
  maxPages: number;
  /** Pictures of one page, default 300; the others are left out with a warning. */
  maxPagePictures: number;
  /** Width times height of one picture in the file, default 60 million. */
  maxPicturePixels: number;
  /** Milliseconds until the file is open, default 60,000. */
  maxOpenMs: number;
  /** Milliseconds for one page, default 60,000; a page that takes longer is given up, and the next one is read. */
  maxPageMs: number;
  /** Resident memory of the reading process in bytes, default 1 GiB. Enforced on Linux. */
  maxMemoryBytes: number;
}

export const defaultPdfLimits: PdfLimits = {
  maxFileBytes: 200 * 1024 * 1024,
  maxPages: 2000,
  maxPagePictures: 300,
  maxPicturePixels: 60_000_000,
  maxOpenMs: 60_000,
  maxPageMs: 60_000,
  maxMemoryBytes: 1024 * 1024 * 1024,
};

/** How pictures and pages are given out. */
export interface PdfOutput {
  /** Pictures with a shorter side are left out, default 48 pixels: icons, rules, bullets. */
  minPictureSide: number;
  /** Pictures are scaled down to it, default 2,048 pixels; the models look at 384 at most. */
  maxPictureSide: number;
  /** Longer side of thumbnails, default 320 pixels. */
  thumbnailSide: number;
  /** Longer side of the pages' previews in pixels, default 0: none. */
  previewSide: number;
  /** Whether images that producers cut into strips are joined again, default true. */
  joinsStrips: boolean;
}

export const defaultPdfOutput: PdfOutput = {
  minPictureSide: 48,
  maxPictureSide: 2048,
  thumbnailSide: 320,
  previewSide: 0,
  joinsStrips: true,
};
