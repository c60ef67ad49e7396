import sharp from "sharp";
import type { PictureLook } from "../perceptual-hash.ts";
import type { Raster } from "./raster.ts";

const [columns, rows] = [9, 8];
/** Pixels to a side of a field: the mean of so many is known far finer than one of 255, and fine textures need it. */
const fieldSide = 8;
/** Fields that differ by less are equal: a plain tile would have a hash of noise, another one from every encoder. */
const leastStep = 0.1;

/**
 * A 64-bit difference hash and the mean colours of the quarters, transparent pixels on white.
 * Source of the hash: N. Krawetz, "Kind of Like That", 2013 (dHash); the fine means and the dead zone are ours.
 */
export async function hashPicture({ width, height, channels, data }: Raster): Promise<PictureLook> {
  const [sampledWidth, sampledHeight] = [columns * fieldSide, rows * fieldSide];
  const { data: sampled, info } = await sharp(data, { raw: { width, height, channels }, limitInputPixels: false })
    .flatten({ background: "#ffffff" })
    .toColourspace("srgb")
    .resize(sampledWidth, sampledHeight, { fit: "fill", kernel: "linear" })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const mean = (area: { left: number; top: number; width: number; height: number }) =>
    meanColor({ data: sampled, width: sampledWidth, channels: info.channels }, area);
  const grays = Array.from({ length: columns * rows }, (_, field) => {
    const [column, row] = [field % columns, Math.floor(field / columns)];
    return luma(mean({ left: column * fieldSide, top: row * fieldSide, width: fieldSide, height: fieldSide }));
  });
  let bits = 0n;
  for (const [field, gray] of grays.entries()) {
    if (field % columns === columns - 1) continue;
    bits = (bits << 1n) | (gray - (grays[field + 1] as number) > leastStep ? 1n : 0n);
  }
  const quarters = [0, 1, 2, 3].flatMap((quarter) => {
    const [halfWidth, halfHeight] = [sampledWidth / 2, sampledHeight / 2];
    return mean({ left: (quarter % 2) * halfWidth, top: (quarter >> 1) * halfHeight, width: halfWidth, height: halfHeight });
  });
  return { perceptualHash: bits.toString(16).padStart(16, "0"), colorHash: Buffer.from(quarters.map(Math.round)).toString("hex") };
}

function meanColor(
  { data, width, channels }: { data: Uint8Array; width: number; channels: number },
  area: { left: number; top: number; width: number; height: number },
): [red: number, green: number, blue: number] {
  const sums = [0, 0, 0] as [number, number, number];
  for (let y = area.top; y < area.top + area.height; y += 1) {
    for (let x = area.left; x < area.left + area.width; x += 1) {
      const at = (y * width + x) * channels;
      // Grey has one channel for all three.
      for (let color = 0; color < 3; color += 1) sums[color as 0] += data[at + Math.min(color, channels - 1)] as number;
    }
  }
  const count = area.width * area.height;
  return [sums[0] / count, sums[1] / count, sums[2] / count];
}

/** ITU-R BT.601's luma. */
function luma([red, green, blue]: readonly [number, number, number]): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}
