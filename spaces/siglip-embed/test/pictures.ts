import type { UploadedFile } from "@repo/contracts/uploaded-file";
import sharp from "sharp";

/** A picture of one colour, or with another one on its right half. */
export async function toPicture(left: string, { right = left, kind = "png", width = 40, height = 30 } = {}): Promise<UploadedFile> {
  const half = await sharp({ create: { width: Math.floor(width / 2), height, channels: 3, background: right } })
    .png()
    .toBuffer();
  const image = sharp({ create: { width, height, channels: 3, background: left } }).composite([{ input: half, gravity: "east" }]);
  const bytes = await image.toFormat(kind as "png" | "jpeg" | "webp").toBuffer();
  return { bytes: new Uint8Array(bytes), name: `${left.replace("#", "")}.${kind}`, type: `image/${kind}` };
}
