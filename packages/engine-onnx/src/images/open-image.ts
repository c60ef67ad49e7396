import type { Metadata, Sharp } from "sharp";
import { decodeBmp } from "./decode-bmp.ts";
import { toCoded } from "./image-failure.ts";
import type { FileType } from "./page.ts";
import type { DecodeLimits, PageDocument } from "./page-document.ts";
import { scalePage } from "./page-scale.ts";
import { quietSharp } from "./quiet-sharp.ts";
import type { Raster } from "./raster.ts";

/**
 * Opens a picture file; a TIFF may hold several pages, of animations the first frame counts.
 * @throws CodedError invalid_request (truncated, broken), payload_too_large (too_many_pixels).
 */
export async function openImage(bytes: Uint8Array, type: FileType, limits: DecodeLimits): Promise<PageDocument> {
  if (type === "bmp") return openBitmap(bytes, limits);
  const open = (page: number) =>
    // A page that is only half there must not be read as if the rest were empty.
    quietSharp(bytes, { page, pages: 1, failOn: "error", sequentialRead: true, limitInputPixels: limits.maxInputPixels });
  const { pages = 1 } = await toCoded(() => open(0).metadata());
  return {
    type,
    count: type === "tiff" ? pages : 1,
    readPage: (index, size) =>
      toCoded(async () => {
        const metadata = await open(index - 1).metadata();
        const { width, height } = metadata.autoOrient;
        const scaled = scalePage({ width, height, dpi: metadata.density }, size);
        return { raster: await toRaster(open(index - 1), metadata, scaled), dpi: scaled.dpi };
      }),
    close: () => Promise.resolve(),
  };
}

async function openBitmap(bytes: Uint8Array, limits: DecodeLimits): Promise<PageDocument> {
  const { width, height, channels, data, dpi } = decodeBmp(bytes, limits);
  return {
    type: "bmp",
    count: 1,
    async readPage(_, size) {
      const scaled = scalePage({ width, height, dpi }, size);
      if (scaled.width === width) return { raster: { width, height, channels, data }, dpi: scaled.dpi };
      const raw = quietSharp(data, { raw: { width, height, channels }, limitInputPixels: limits.maxInputPixels });
      return { raster: await toRaster(raw, { space: "srgb" }, scaled), dpi: scaled.dpi };
    },
    close: () => Promise.resolve(),
  };
}

/** Upright, on white, 8 bits, one channel where the file has one. */
async function toRaster(image: Sharp, { space }: Pick<Metadata, "space">, size: { width: number; height: number }): Promise<Raster> {
  const { data, info } = await image
    .autoOrient()
    .flatten({ background: "#ffffff" })
    .resize({ ...size, fit: "fill", kernel: "linear" })
    .toColourspace(space === "b-w" || space === "grey16" ? "b-w" : "srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: info.channels as 1 | 3, data };
}
