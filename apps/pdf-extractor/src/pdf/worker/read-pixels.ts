import type { Raster } from "./raster.ts";

/**
 * An image as pdf.js gives it out. Its types do not name this; source: PDFImage.createImageData and createMask in
 * src/core/image.js of pdf.js 6.5, the kinds are ImageKind in src/shared/util.js.
 */
export interface PdfImageData {
  width: number;
  height: number;
  /** 1: a bit per pixel, rows in whole bytes, 1 is white; 2: RGB; 3: RGBA. Absent of masks. */
  kind?: number;
  data: Uint8Array | Uint8ClampedArray | null;
  /** Object of the PDF it is, "12R"; absent of inline images and masks. */
  ref?: string;
}

/** The pixels of an image; what a damaged file lacks is white. */
export function readPixels({ width, height, kind, data }: PdfImageData): Raster | undefined {
  if (data === null || width < 1 || height < 1) return undefined;
  if (kind === 1) return { width, height, channels: 1, data: unpackBits(data, { width, height }, [0, 255]) };
  const channels = kind === 3 ? 4 : 3;
  const length = width * height * channels;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, Math.min(length, data.length));
  if (bytes.length === length) return { width, height, channels, data: bytes };
  const whole = new Uint8Array(length).fill(255);
  whole.set(bytes);
  return { width, height, channels, data: whole };
}

/** A stencil in the colour it is painted with. A bit of 0 is painted (ISO 32000-1, 8.9.6.2). @param color "#rrggbb" */
export function readStencil({ width, height, data }: PdfImageData, color: string): Raster | undefined {
  if (data === null || width < 1 || height < 1) return undefined;
  const opacity = unpackBits(data, { width, height }, [255, 0]);
  const value = Number.parseInt(color.slice(1, 7), 16) || 0;
  const rgba = new Uint8Array(width * height * 4);
  for (let pixel = 0, at = 0; pixel < opacity.length; pixel += 1, at += 4) {
    rgba[at] = value >> 16;
    rgba[at + 1] = (value >> 8) & 255;
    rgba[at + 2] = value & 255;
    rgba[at + 3] = opacity[pixel] as number;
  }
  return { width, height, channels: 4, data: rgba };
}

function unpackBits(
  data: Uint8Array | Uint8ClampedArray,
  { width, height }: { width: number; height: number },
  [zero, one]: readonly [number, number],
): Uint8Array {
  const rowBytes = (width + 7) >> 3;
  const pixels = new Uint8Array(width * height);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 1) {
      // Bits that a damaged file lacks are ones: white, or not painted.
      const byte = data[y * rowBytes + (x >> 3)] ?? 255;
      pixels[at] = (byte >> (7 - (x & 7))) & 1 ? one : zero;
    }
  }
  return pixels;
}
