import sharp from "sharp";
import { type Raster, toChannels } from "./raster.ts";

/** Where the bytes of a JPEG lie in the PDF. */
export interface JpegPlace {
  start: number;
  length: number;
}

/** Reads bytes of the PDF. */
export type ReadBytes = (place: JpegPlace) => Promise<Uint8Array>;

/** Decoders round differently, and colours between their samples more so: mean difference of bytes, 0 to 255. */
const tolerance = 3;
/** What is much larger than its pixels carries something else. */
const maxBytesPerPixel = 2;
const maxExtraBytes = 65_536;

/**
 * The JPEG that an image of a PDF is, as it lies in the file, where it shows what the page shows: nothing is lost by writing it anew.
 * That it does is looked at: a PDF may say of a JPEG that its colours mean something else, and a JPEG that it wants to be turned.
 * @returns undefined where it must be written anew
 */
export async function readOriginalJpeg(raster: Raster, place: JpegPlace, read: ReadBytes): Promise<Uint8Array | undefined> {
  const { width, height } = raster;
  if (place.length > width * height * maxBytesPerPixel + maxExtraBytes) return undefined;
  try {
    const bytes = await read(place);
    const image = sharp(bytes, { failOn: "warning" });
    const { format, space, orientation = 1, ...found } = await image.metadata();
    const isPlain = format === "jpeg" && (space === "srgb" || space === "b-w") && orientation === 1;
    if (!isPlain || found.width !== width || found.height !== height) return undefined;
    const shown = toChannels(raster, 3);
    const { data, info } = await image.toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
    const decoded = toChannels({ width, height, channels: info.channels as 1 | 3, data }, 3);
    return meanDifference(decoded.data, shown.data, shown.channels) <= tolerance ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** Of colours; the second may have transparency too. */
function meanDifference(colors: Uint8Array, shown: Uint8Array, channels: number): number {
  let sum = 0;
  for (let from = 0, at = 0; from < colors.length; from += 3, at += channels)
    for (let channel = 0; channel < 3; channel += 1) sum += Math.abs((colors[from + channel] as number) - (shown[at + channel] as number));
  return sum / colors.length;
}
