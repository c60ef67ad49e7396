/** Bounds of one upload. */
export interface TransferLimits {
  /** Largest file, bytes, counted after unpacking. */
  maxBytes: number;
  /** Most lines, empty ones not counted. */
  maxLines: number;
  /** Longest line, bytes; a longer one is a problem of that line only. */
  maxLineBytes: number;
}

/** Defaults: a million memories, a gibibyte, and lines with the largest text and metadata there may be. */
export const defaultTransferLimits: TransferLimits = { maxBytes: 2 ** 30, maxLines: 1_000_000, maxLineBytes: 2 ** 20 };
