import { crc32, deflateSync } from "node:zlib";

/** A grey TIFF without compression, one page per picture of `width` x `height`. */
export function makeTiff(pages: readonly Uint8Array[], width: number, height: number): Uint8Array {
  const tags = 9;
  const directoryBytes = 2 + tags * 12 + 4;
  const pageBytes = directoryBytes + width * height;
  const bytes = Buffer.alloc(8 + pages.length * pageBytes);
  bytes.write("II*\0", "latin1");
  bytes.writeUInt32LE(8, 4);
  for (const [index, gray] of pages.entries()) {
    const start = 8 + index * pageBytes;
    const values = [
      [256, width],
      [257, height],
      [258, 8],
      [259, 1],
      [262, 1],
      [273, start + directoryBytes],
      [277, 1],
      [278, height],
      [279, width * height],
    ] as const;
    bytes.writeUInt16LE(tags, start);
    for (const [place, [tag, value]] of values.entries()) {
      const at = start + 2 + place * 12;
      bytes.writeUInt16LE(tag, at);
      bytes.writeUInt16LE(4, at + 2); // A 32-bit number.
      bytes.writeUInt32LE(1, at + 4);
      bytes.writeUInt32LE(value, at + 8);
    }
    bytes.writeUInt32LE(index + 1 < pages.length ? start + pageBytes : 0, start + directoryBytes - 4);
    bytes.set(gray, start + directoryBytes);
  }
  return new Uint8Array(bytes);
}

/** A PNG of 1 bit per pixel that claims a size; the rows in it are white, and may be fewer than claimed. */
export function makePng(width: number, height: number, rows: number): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  const pixels = Buffer.alloc(rows * (1 + Math.ceil(width / 8)), 255);
  for (let row = 0; row < rows; row += 1) pixels[row * (1 + Math.ceil(width / 8))] = 0;
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const check = Buffer.alloc(4);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const signature = Buffer.from("89504e470d0a1a0a", "hex");
  return new Uint8Array(
    Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", deflateSync(pixels)), chunk("IEND", Buffer.alloc(0))]),
  );
}

/** A BMP with the later of the two old headers (40 bytes). */
export function makeBmp(picture: {
  width: number;
  height: number;
  bits: number;
  compression?: number;
  palette?: number[][];
  pixels: number[];
}): Uint8Array {
  const { width, height, bits, compression = 0, palette = [], pixels } = picture;
  const pixelsAt = 54 + palette.length * 4;
  const bytes = Buffer.alloc(pixelsAt + pixels.length);
  bytes.write("BM");
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(pixelsAt, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(bits, 28);
  bytes.writeUInt32LE(compression, 30);
  bytes.writeInt32LE(11_811, 38); // 300 dpi
  bytes.writeUInt32LE(palette.length, 46);
  for (const [index, [red = 0, green = 0, blue = 0]] of palette.entries()) bytes.set([blue, green, red], 54 + index * 4);
  bytes.set(pixels, pixelsAt);
  return new Uint8Array(bytes);
}
