import type { Metadata, Sharp } from "sharp";
import { decodeBmp } from "./decode-bmp.ts";
import { toCoded } from "./image-failure.ts";
import type { FileType } from "./page.ts";
import type { DecodeLimits } from "./page-document.ts";
import { quietSharp } from "./quiet-sharp.ts";
import { toRgb, type Raster } from "./raster.ts";
import { unreadableFile } from "./unreadable-file.ts";

/**
 * The first frame of a picture, upright, in red, green and blue, 8 bits, transparency on white; every pixel of the file.
 *
 * Colours are as the reference preprocessing of CLIP-like models sees them (Pillow's convert("RGB")): profiles are not
 * applied, CMYK is multiplied out, 16 bits lose their lower 8. What a model was trained on was read so.
 * @throws CodedError invalid_request (truncated, broken), payload_too_large (too_many_pixels)
 */
export async function decodePicture(bytes: Uint8Array, type: FileType, limits: DecodeLimits): Promise<Raster> {
  if (type === "bmp") {
    const bitmap = decodeBmp(bytes, limits);
    return { ...bitmap, channels: 3, data: toRgb(bitmap) };
  }
  if (type === "pdf") throw unreadableFile("unknown_type", "A PDF is not a picture.");
  return await toCoded(async () => {
    const open = () =>
      quietSharp(bytes, {
        page: 0,
        pages: 1,
        // A picture that is only half there must not be read as if the rest were empty.
        failOn: "error",
        sequentialRead: true,
        limitInputPixels: limits.maxInputPixels,
        ignoreIcc: true,
      });
    const metadata = await open().metadata();
    return metadata.space === "cmyk" ? await decodeCmyk(open(), metadata) : await decodeColours(open());
  });
}

async function decodeColours(image: Sharp): Promise<Raster> {
  const { data, info } = await image
    .autoOrient()
    .flatten({ background: "#ffffff" })
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  const raster: Raster = { width: info.width, height: info.height, channels: info.channels as 1 | 3, data };
  return info.channels === 3 ? raster : { ...raster, channels: 3, data: toRgb(raster) };
}

/** @source Pillow, src/libImaging/Convert.c, cmyk2rgb: (255 - C) * (255 - K) / 255, rounded */
async function decodeCmyk(image: Sharp, { hasAlpha }: Metadata): Promise<Raster> {
  const { data, info } = await (hasAlpha ? image.removeAlpha() : image)
    .pipelineColourspace("cmyk")
    .autoOrient()
    .toColourspace("cmyk")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  const rgb = new Uint8Array(info.width * info.height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += info.channels, to += 3) {
    const light = 255 - (data[from + 3] as number);
    for (let ink = 0; ink < 3; ink += 1) {
      // Pillow's MULDIV255: a product over 255, rounded, without a division.
      const product = (data[from + ink] as number) * light + 128;
      rgb[to + ink] = Math.max(0, light - (((product >> 8) + product) >> 8));
    }
  }
  return { width: info.width, height: info.height, channels: 3, data: rgb };
}
