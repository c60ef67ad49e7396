import loadOpenJpeg from "@cornerstonejs/codec-openjpeg";
import sharp from "sharp";
import { image, type PdfObject } from "./pdf-file.ts";

/** Colours by rows of pixels, [height * width * 3]. */
export interface Drawing {
  width: number;
  height: number;
  rgb: Uint8Array;
}

type Color = readonly [red: number, green: number, blue: number];

/** A drawing whose left and right halves have two colours. */
export function halves(left: Color, right: Color, { width = 96, height = 64 } = {}): Drawing {
  const rgb = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const color = Math.floor(at / 3) % width < width / 2 ? left : right;
    return color[at % 3] as number;
  });
  return { width, height, rgb };
}

/** sharp's view of it. */
export function toSharp({ width, height, rgb }: Drawing) {
  return sharp(rgb, { raw: { width, height, channels: 3 } });
}

/** As libjpeg writes CMYK: Adobe's marker, values inverted. Producers say so with /Decode. */
export async function cmykJpeg(drawing: Drawing, decode: "[1 0 1 0 1 0 1 0]" | "" = "[1 0 1 0 1 0 1 0]"): Promise<PdfObject> {
  const more = `/ColorSpace /DeviceCMYK /BitsPerComponent 8 ${decode === "" ? "" : `/Decode ${decode}`}`;
  return image({ ...drawing, filter: "/DCTDecode", more }, await toSharp(drawing).toColourspace("cmyk").jpeg({ quality: 95 }).toBuffer());
}

/** A JPEG in red, green and blue. */
export async function rgbJpeg(drawing: Drawing, more = "/ColorSpace /DeviceRGB /BitsPerComponent 8"): Promise<PdfObject> {
  return image({ ...drawing, filter: "/DCTDecode", more }, await toSharp(drawing).jpeg({ quality: 95 }).toBuffer());
}

/** JPEG 2000 by OpenJPEG: pdf.js has a decoder only, and so has sharp not even that. */
export async function jpx(drawing: Drawing, more = ""): Promise<PdfObject> {
  const { J2KEncoder } = await loadOpenJpeg();
  const encoder = new J2KEncoder();
  const { width, height } = drawing;
  encoder.getDecodedBuffer({ width, height, bitsPerSample: 8, componentCount: 3, isSigned: false }).set(drawing.rgb);
  encoder.setQuality(true, 0);
  encoder.encode();
  const bytes = Uint8Array.from(encoder.getEncodedBuffer());
  encoder.delete();
  return image({ width, height, filter: "/JPXDecode", more }, bytes);
}

/** Group 4 fax: one bit a pixel. */
export async function fax(drawing: Drawing): Promise<PdfObject> {
  const { width, height } = drawing;
  const parameters = `/DecodeParms << /K -1 /Columns ${width} /Rows ${height} >>`;
  return image(
    { width, height, filter: "/CCITTFaxDecode", more: `${parameters} /ColorSpace /DeviceGray /BitsPerComponent 1` },
    await toFax(drawing),
  );
}

/** libtiff writes one strip, of which the directory tells the place; black is 1 in it, as in PDF's /BlackIs1 false after decoding. */
async function toFax(drawing: Drawing): Promise<Uint8Array> {
  const gray = toSharp(drawing).toColourspace("b-w");
  const tiff = Buffer.from(await gray.tiff({ bitdepth: 1, compression: "ccittfax4", miniswhite: true }).toBuffer());
  const start = tiff.readUInt32LE(4);
  const tags = new Map<number, number>();
  for (let entry = 0; entry < tiff.readUInt16LE(start); entry += 1) {
    const at = start + 2 + entry * 12;
    tags.set(tiff.readUInt16LE(at), tiff.readUInt16LE(at + 2) === 3 ? tiff.readUInt16LE(at + 8) : tiff.readUInt32LE(at + 8));
  }
  const offset = tags.get(273) as number;
  return tiff.subarray(offset, offset + (tags.get(279) as number));
}

/** A JBIG2 page whose only region is coded as a fax is (ITU-T T.88, 7.2, 7.4.6 and 7.4.8: MMR). */
export async function jbig2(drawing: Drawing): Promise<PdfObject> {
  const { width, height } = drawing;
  const segment = (number: number, type: number, data: Buffer) => {
    const header = Buffer.from([0, 0, 0, number, type, 0, 1, 0, 0, 0, 0]);
    header.writeUInt32BE(data.length, 7);
    return Buffer.concat([header, data]);
  };
  const page = Buffer.alloc(19);
  page.writeUInt32BE(width, 0);
  page.writeUInt32BE(height, 4);
  const region = Buffer.alloc(18);
  region.writeUInt32BE(width, 0);
  region.writeUInt32BE(height, 4);
  region[17] = 1; // MMR.
  const bytes = Buffer.concat([segment(0, 48, page), segment(1, 38, Buffer.concat([region, await toFax(drawing)]))]);
  return image({ width, height, filter: "/JBIG2Decode", more: "/ColorSpace /DeviceGray /BitsPerComponent 1" }, bytes);
}

/** Rows of whole bytes, one bit a pixel, from a function of the pixel's place. */
export function bitRows(width: number, height: number, isOne: (x: number, y: number) => boolean): Uint8Array {
  const rowBytes = (width + 7) >> 3;
  const bytes = new Uint8Array(rowBytes * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * rowBytes + (x >> 3);
      if (isOne(x, y)) bytes[at] = (bytes[at] as number) | (128 >> (x & 7));
    }
  }
  return bytes;
}
