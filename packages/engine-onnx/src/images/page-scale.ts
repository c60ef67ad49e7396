import type { PageSize } from "./page-document.ts";

/** Long side of A4 (ISO 216) in inches: what a picture that does not tell its resolution is taken to show. */
const pageLongSideInches = 11.69;
/** Resolutions outside of this are no scanner's: cameras and editors write 72 or 96 without meaning it. */
const believableDpi = { from: 100, to: 2400 };

/** How a picture of this size is scaled, and the resolution it has then. Never enlarges. */
export function scalePage(
  picture: { width: number; height: number; dpi: number | undefined },
  { dpi, maxPixels }: PageSize,
): { width: number; height: number; dpi: number } {
  const { width, height } = picture;
  const isBelievable = picture.dpi !== undefined && picture.dpi >= believableDpi.from && picture.dpi <= believableDpi.to;
  const pictureDpi = isBelievable ? (picture.dpi as number) : Math.max(width, height) / pageLongSideInches;
  const scale = Math.min(1, dpi / pictureDpi, Math.sqrt(maxPixels / (width * height)));
  // Down, so that the product is never over the bound; one pixel is the least.
  return {
    width: Math.max(1, Math.floor(width * scale)),
    height: Math.max(1, Math.floor(height * scale)),
    dpi: pictureDpi * scale,
  };
}
