import sharp, { type Sharp } from "sharp";
import type { PdfOutput } from "../pdf-limits.ts";
import type { EncodedPicture } from "../pdf-page.ts";
import type { Raster } from "./raster.ts";

// Pictures do not come twice, and the other cores belong to whoever embeds them.
sharp.concurrency(1);
sharp.cache(false);

/** Up to so many pixels PNG is small enough, and loses nothing of what little there is. */
const losslessPixels = 96 * 96;
/** The first seed's 95 is twice the bytes; no model tells them apart. */
const jpegQuality = 90;
const webpQuality = 80;

/** The picture to embed, opaque, and a thumbnail with its transparency. @param original the same as a JPEG, taken where it is not too large */
export async function encodePicture(
  raster: Raster,
  { maxPictureSide, thumbnailSide }: Pick<PdfOutput, "maxPictureSide" | "thumbnailSide">,
  original?: Uint8Array,
): Promise<{ file: EncodedPicture; thumbnail: EncodedPicture }> {
  const thumbnail = await finish(fit(raster, thumbnailSide).webp({ quality: webpQuality }), "image/webp");
  const { width, height } = raster;
  if (original !== undefined && Math.max(width, height) <= maxPictureSide)
    return { file: { bytes: original, type: "image/jpeg", width, height }, thumbnail };
  const opaque = fit(raster, maxPictureSide).flatten({ background: "#ffffff" });
  const isSmall = width * height <= losslessPixels;
  // Colours at full resolution: red bricks are told from brown ones by little else.
  const encoded = isSmall ? opaque.png() : opaque.jpeg({ quality: jpegQuality, chromaSubsampling: "4:4:4" });
  return { file: await finish(encoded, isSmall ? "image/png" : "image/jpeg"), thumbnail };
}

/** A page's picture. */
export function encodePreview(raster: Raster): Promise<EncodedPicture> {
  return finish(fit(raster, Math.max(raster.width, raster.height)).webp({ quality: webpQuality }), "image/webp");
}

function fit({ width, height, channels, data }: Raster, side: number): Sharp {
  const image = sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
  return Math.max(width, height) > side ? image.resize(side, side, { fit: "inside" }) : image;
}

async function finish(image: Sharp, type: EncodedPicture["type"]): Promise<EncodedPicture> {
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  return { bytes: data, type, width: info.width, height: info.height };
}
