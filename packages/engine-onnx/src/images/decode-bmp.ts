import type { DecodeLimits } from "./page-document.ts";
import type { Raster } from "./raster.ts";
import { unreadableFile } from "./unreadable-file.ts";

interface BmpHeader {
  width: number;
  height: number;
  isTopDown: boolean;
  bits: number;
  compression: number;
  /** Where the pixels begin. */
  pixelsAt: number;
  /** [index * 3]: red, green, blue. */
  palette: Uint8Array;
  /** Of 16 and 32 bits: red, green, blue. */
  masks: readonly [number, number, number];
}

const uncompressed = 0;
const rle8 = 1;
const rle4 = 2;
const bitFields = 3;
const bitFieldsWithAlpha = 6;

/**
 * Decodes a Windows bitmap: 1, 4, 8, 16, 24 and 32 bits, run-length encoded 4 and 8 bits. Transparency is not looked at:
 * most writers leave the fourth byte 0.
 * Source: Microsoft's "Bitmap Storage", BITMAPINFOHEADER and "Bitmap Compression".
 * @throws CodedError invalid_request (truncated, broken), payload_too_large (too_many_pixels).
 */
export function decodeBmp(bytes: Uint8Array, limits: DecodeLimits): Raster & { dpi: number | undefined } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 26) throw truncated();
  const header = readHeader(view, bytes);
  const { width, height } = header;
  if (width * height > limits.maxInputPixels)
    throw unreadableFile("too_many_pixels", `The picture has ${width} x ${height} pixels.`, { width, height });
  const isRunLength = header.compression === rle8 || header.compression === rle4;
  const data = isRunLength ? readRuns(bytes, header) : readRows(view, header);
  const pixelsPerMetre = view.getUint32(14, true) >= 40 ? view.getInt32(38, true) : 0;
  return { width, height, channels: 3, data, dpi: pixelsPerMetre > 0 ? Math.round(pixelsPerMetre * 0.0254) : undefined };
}

function readHeader(view: DataView, bytes: Uint8Array): BmpHeader {
  const headerBytes = view.getUint32(14, true);
  const isOld = headerBytes === 12;
  if (bytes.length < 14 + headerBytes) throw truncated();
  const width = isOld ? view.getUint16(18, true) : view.getInt32(18, true);
  const signedHeight = isOld ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(isOld ? 24 : 28, true);
  const compression = isOld ? uncompressed : view.getUint32(30, true);
  const isTopDown = signedHeight < 0;
  const height = Math.abs(signedHeight);
  if (width < 1 || height < 1) throw broken("has no size");
  assertKnown({ bits, compression, isTopDown });
  const masks = readMasks(view, { bits, compression });
  const palette = bits > 8 ? new Uint8Array(0) : readPalette(view, bytes, { at: 14 + headerBytes, bits, isOld });
  return { width, height, isTopDown, bits, compression, pixelsAt: view.getUint32(10, true), palette, masks };
}

function assertKnown({ bits, compression, isTopDown }: Pick<BmpHeader, "bits" | "compression" | "isTopDown">): void {
  const isKnown =
    (compression === uncompressed && [1, 4, 8, 16, 24, 32].includes(bits)) ||
    (compression === rle8 && bits === 8 && !isTopDown) ||
    (compression === rle4 && bits === 4 && !isTopDown) ||
    (isMasked(compression) && (bits === 16 || bits === 32));
  if (!isKnown) throw broken(`has ${bits} bits with compression ${compression}`);
}

function isMasked(compression: number): boolean {
  return compression === bitFields || compression === bitFieldsWithAlpha;
}

/** Masks are a part of the later headers, and stand behind the first one; without them the layout is fixed. */
function readMasks(view: DataView, { bits, compression }: Pick<BmpHeader, "bits" | "compression">): BmpHeader["masks"] {
  if (!isMasked(compression)) return bits === 16 ? [0x7c00, 0x03e0, 0x001f] : [0xff0000, 0x00ff00, 0x0000ff];
  if (view.byteLength < 66) throw truncated();
  return [view.getUint32(54, true), view.getUint32(58, true), view.getUint32(62, true)];
}

function readPalette(view: DataView, bytes: Uint8Array, { at, bits, isOld }: { at: number; bits: number; isOld: boolean }): Uint8Array {
  const named = isOld ? 0 : view.getUint32(46, true);
  const colours = Math.min(1 << bits, named === 0 ? 1 << bits : named);
  const size = isOld ? 3 : 4;
  // Indices behind the last colour are black.
  const palette = new Uint8Array((1 << bits) * 3);
  if (bytes.length < at + colours * size) throw truncated();
  for (let index = 0; index < colours; index += 1) {
    const from = at + index * size;
    palette.set([bytes[from + 2] as number, bytes[from + 1] as number, bytes[from] as number], index * 3);
  }
  return palette;
}

function readRows(view: DataView, header: BmpHeader): Uint8Array {
  const { width, height, isTopDown, bits, pixelsAt, palette, masks } = header;
  // Rows begin at multiples of four bytes.
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  if (pixelsAt + rowBytes * height > view.byteLength) throw truncated();
  const channels = masks.map(toChannel);
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row += 1) {
    const from = pixelsAt + row * rowBytes;
    let at = (isTopDown ? row : height - 1 - row) * width * 3;
    for (let x = 0; x < width; x += 1, at += 3) {
      if (bits === 24) {
        data[at] = view.getUint8(from + x * 3 + 2);
        data[at + 1] = view.getUint8(from + x * 3 + 1);
        data[at + 2] = view.getUint8(from + x * 3);
      } else if (bits > 8) {
        const value = bits === 16 ? view.getUint16(from + x * 2, true) : view.getUint32(from + x * 4, true);
        for (let channel = 0; channel < 3; channel += 1) data[at + channel] = (channels[channel] as (value: number) => number)(value);
      } else {
        // The first pixel is in the highest bits.
        const shift = 8 - bits - ((x * bits) % 8);
        const index = (view.getUint8(from + ((x * bits) >> 3)) >> shift) & ((1 << bits) - 1);
        copyColour(palette, index, data, at);
      }
    }
  }
  return data;
}

/** Takes a channel out of a pixel and spreads it over 0 to 255. */
function toChannel(mask: number): (value: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const highest = mask >>> shift;
  return (value) => Math.round((((value & mask) >>> shift) * 255) / highest);
}

/** Run-length encoding: pairs of count and value; a count of 0 is an escape: end of line, end of picture, jump, or literals. */
function readRuns(bytes: Uint8Array, { width, height, bits, pixelsAt, palette }: BmpHeader): Uint8Array {
  const data = new Uint8Array(width * height * 3);
  // Pixels that nothing is said of have the first colour.
  for (let at = 0; at < data.length; at += 3) copyColour(palette, 0, data, at);
  let position = pixelsAt;
  let x = 0;
  let y = 0;
  const next = () => {
    if (position >= bytes.length) throw truncated();
    return bytes[position++] as number;
  };
  const put = (index: number) => {
    if (x < width && y < height) copyColour(palette, index, data, ((height - 1 - y) * width + x) * 3);
    x += 1;
  };
  const putPart = (value: number, part: number) => put(bits === 8 ? value : part % 2 === 0 ? value >> 4 : value & 15);
  while (y < height) {
    const count = next();
    const value = next();
    if (count > 0) for (let part = 0; part < count; part += 1) putPart(value, part);
    else if (value === 0) [x, y] = [0, y + 1];
    else if (value === 1) break;
    else if (value === 2) [x, y] = [x + next(), y + next()];
    else {
      const start = position;
      let literal = 0;
      for (let part = 0; part < value; part += 1) {
        if (bits === 8 || part % 2 === 0) literal = next();
        putPart(literal, part);
      }
      // Literals fill whole 16-bit words.
      if ((position - start) % 2 === 1) position += 1;
    }
  }
  return data;
}

function copyColour(palette: Uint8Array, index: number, data: Uint8Array, at: number): void {
  data[at] = palette[index * 3] as number;
  data[at + 1] = palette[index * 3 + 1] as number;
  data[at + 2] = palette[index * 3 + 2] as number;
}

function truncated(): Error {
  return unreadableFile("truncated", "The bitmap ends before its last pixel.");
}

function broken(what: string): Error {
  return unreadableFile("broken", `The bitmap ${what}.`);
}
