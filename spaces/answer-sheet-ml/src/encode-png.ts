import { crc32, deflateSync } from "node:zlib";
import type { GrayImage } from "@repo/engine-onnx/vision/gray-image";

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** Filter "Sub" of every row: pixels beside each other are alike. */
const filterSub = 1;

/** A grey picture as a PNG file. Source: W3C, "Portable Network Graphics (Third Edition)". */
export function encodePng({ width, height, gray }: GrayImage): Uint8Array {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8); // Bits per pixel; colour type, compression, filter and interlacing are 0.
  const rows = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y += 1) {
    const target = y * (width + 1);
    rows[target] = filterSub;
    for (let x = 0; x < width; x += 1)
      rows[target + 1 + x] = (gray[y * width + x] as number) - (x === 0 ? 0 : (gray[y * width + x - 1] as number));
  }
  return Buffer.concat([
    signature,
    toChunk("IHDR", new Uint8Array(header.buffer)),
    toChunk("IDAT", deflateSync(rows)),
    toChunk("IEND", new Uint8Array()),
  ]);
}

/** The picture as a data URL. */
export function toDataUrl(image: GrayImage): string {
  return `data:image/png;base64,${Buffer.from(encodePng(image)).toString("base64")}`;
}

function toChunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  chunk.set(body, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}
