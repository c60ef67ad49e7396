/** One page of a file, upright as its file says (EXIF, PDF rotation), in grey on white. A GrayImage of vision/. */
export interface Page {
  /** From 1. */
  index: number;
  /** Pages of the file. */
  count: number;
  width: number;
  height: number;
  /** [height * width], row by row, 255 white. */
  gray: Uint8Array;
  /** [height * width * 3]; only when asked for. */
  rgb?: Uint8Array;
  /** Pixels per inch of these pixels; a guess from the size where the file does not say. */
  dpi: number;
  /** What is in the file. */
  type: FileType;
  /** Milliseconds that reading this page took in its worker. */
  readMs: number;
}

/** Types of file that are read, told by their content. */
export type FileType = "pdf" | "png" | "jpeg" | "tiff" | "webp" | "gif" | "bmp";
