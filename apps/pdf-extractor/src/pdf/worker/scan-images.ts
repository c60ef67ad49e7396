import { inflateSync } from "node:zlib";
import type { PictureKind } from "../pdf-page.ts";
import type { JpegPlace } from "./original-jpeg.ts";
import { type PdfDictionary, PdfName, parseObject, PdfReference, type PdfValue } from "./parse-object.ts";

/** What a PDF says of an image and pdf.js does not pass on. */
export interface ImageFacts {
  kind: PictureKind;
  colorSpace: string;
  /** Where its bytes are a JPEG as they stand, and nothing in the PDF changes what that shows. */
  jpeg?: JpegPlace | undefined;
}

/** A dictionary that is longer than this is no image's. */
const maxDictionaryBytes = 4096;
const maxObjects = 2_000_000;
/** Colour spaces that lie in object streams are looked up in so many of them, unpacked to so much. */
const maxObjectStreams = 2000;
const maxObjectStreamBytes = 16 * 1024 * 1024;

/** ISO 32000-1, 7.3.8.1. */
const streamMark = /^[\s\0]*stream\r?\n/;
/** Whose numbers are a JPEG's own: pdf.js takes a profile for what its number of channels usually means. */
const plainColorSpaces = new Set(["DeviceRGB", "DeviceGray", "ICCBased 3", "ICCBased 1", "CalRGB", "CalGray"]);

const kinds: Record<string, PictureKind> = {
  DCTDecode: "jpeg",
  DCT: "jpeg",
  JPXDecode: "jpx",
  JBIG2Decode: "jbig2",
  CCITTFaxDecode: "ccitt",
  CCF: "ccitt",
};

/**
 * Compression and colour space of every image object, by the name pdf.js gives it ("12R").
 *
 * The file is searched for objects without its table of them: images are streams, and the dictionary of a stream always stands
 * in plain text before it, encrypted files included (ISO 32000-1, 7.5.7 and 7.6.1). A later object of the same number replaces an
 * earlier one, as in updated files. What stands by chance in compressed data does no harm: these are facts to show, not to rely on.
 */
export function scanImages(bytes: Uint8Array): Map<string, ImageFacts> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const offsets = new Map<number, number>();
  const images = new Map<string, { dictionary: PdfDictionary; start: number }>();
  const objectStreams: { dictionary: PdfDictionary; start: number }[] = [];
  for (let at = file.indexOf(" obj"); at !== -1 && offsets.size < maxObjects; at = file.indexOf(" obj", at + 4)) {
    const [, object, generation] = /(\d{1,10})[\s\0]+(\d{1,5})$/.exec(file.toString("latin1", Math.max(0, at - 20), at)) ?? [];
    if (object === undefined) continue;
    offsets.set(Number(object), at + 4);
    const head = file.toString("latin1", at + 4, at + 4 + maxDictionaryBytes);
    const isObjectStream = head.includes("/ObjStm") && objectStreams.length < maxObjectStreams;
    if (!head.includes("/Image") && !isObjectStream) continue;
    const { value, end } = parseObject(head, 0);
    if (!(value instanceof Map)) continue;
    if (nameOf(value.get("Subtype")) === "Image")
      images.set(`${object}R${generation === "0" ? "" : generation}`, { dictionary: value, start: at + 4 + end });
    else if (nameOf(value.get("Type")) === "ObjStm") objectStreams.push({ dictionary: value, start: at + 4 + end });
  }
  const packed = lazily(() => unpackObjects(file, objectStreams));
  const resolve = (value: PdfValue): PdfValue => {
    if (!(value instanceof PdfReference)) return value;
    const offset = offsets.get(value.object);
    if (offset === undefined) return packed().get(value.object);
    return parseObject(file.toString("latin1", offset, offset + maxDictionaryBytes), 0).value;
  };
  return new Map(
    [...images].map(([name, { dictionary, start }]) => {
      const facts = { kind: kindOf(dictionary, resolve), colorSpace: colorSpaceOf(dictionary, resolve) };
      const isPlain = facts.kind === "jpeg" && plainColorSpaces.has(facts.colorSpace) && isUnchanged(dictionary, resolve);
      return [name, isPlain ? { ...facts, jpeg: findStream(file, start, resolve(dictionary.get("Length"))) } : facts];
    }),
  );
}

type Resolve = (value: PdfValue) => PdfValue;

/** Nothing stands between the bytes and a JPEG's decoder, and nothing after it. */
function isUnchanged(dictionary: PdfDictionary, resolve: Resolve): boolean {
  const filter = resolve(dictionary.get("Filter"));
  const isAlone = !Array.isArray(filter) || filter.length === 1;
  return isAlone && ["Decode", "DecodeParms", "DP", "D", "Mask", "SMask"].every((name) => dictionary.get(name) === undefined);
}

/** The bytes of a stream whose dictionary ends at `end`. */
function findStream(file: Buffer, end: number, length: PdfValue): JpegPlace | undefined {
  const [mark] = streamMark.exec(file.toString("latin1", end, end + 20)) ?? [];
  if (mark === undefined || typeof length !== "number") return undefined;
  const start = end + mark.length;
  return start + length <= file.length ? { start, length } : undefined;
}

function nameOf(value: PdfValue): string | undefined {
  return value instanceof PdfName ? value.name : undefined;
}

function kindOf(dictionary: PdfDictionary, resolve: Resolve): PictureKind {
  if (resolve(dictionary.get("ImageMask")) === "true") return "mask";
  const filter = resolve(dictionary.get("Filter"));
  // The last one is the image's own; before it stand packings of its bytes.
  const last = nameOf(resolve(Array.isArray(filter) ? filter.at(-1) : filter));
  return last === undefined ? "raw" : (kinds[last] ?? "raw");
}

function colorSpaceOf(dictionary: PdfDictionary, resolve: Resolve): string {
  if (resolve(dictionary.get("ImageMask")) === "true") return "stencil";
  const value = resolve(dictionary.get("ColorSpace"));
  if (!Array.isArray(value)) return nameOf(value) ?? "unknown";
  const family = nameOf(resolve(value[0])) ?? "unknown";
  if (family !== "ICCBased") return family;
  const profile = resolve(value[1]);
  const channels = profile instanceof Map ? resolve(profile.get("N")) : undefined;
  return typeof channels === "number" ? `ICCBased ${channels}` : family;
}

/** Objects that lie in object streams (ISO 32000-1, 7.5.7); those that cannot be unpacked, of encrypted files for one, are left out. */
function unpackObjects(file: Buffer, streams: readonly { dictionary: PdfDictionary; start: number }[]): Map<number, PdfValue> {
  const objects = new Map<number, PdfValue>();
  for (const { dictionary, start } of streams) {
    const text = unpack(file, start, dictionary) ?? "";
    const first = Number(dictionary.get("First"));
    // Pairs of an object's number and where it begins.
    const numbers = text.slice(0, first).trim().split(/\s+/).map(Number);
    for (let pair = 0; pair + 1 < numbers.length; pair += 2) {
      const from = first + (numbers[pair + 1] as number);
      objects.set(numbers[pair] as number, parseObject(text.slice(from, from + maxDictionaryBytes), 0).value);
    }
  }
  return objects;
}

function unpack(file: Buffer, start: number, dictionary: PdfDictionary): string | undefined {
  const length = dictionary.get("Length");
  const [mark] = streamMark.exec(file.toString("latin1", start, start + 20)) ?? [];
  if (mark === undefined || nameOf(dictionary.get("Filter")) !== "FlateDecode") return undefined;
  const from = start + mark.length;
  const to = typeof length === "number" ? from + length : file.indexOf("endstream", from);
  try {
    return inflateSync(file.subarray(from, to), { maxOutputLength: maxObjectStreamBytes }).toString("latin1");
  } catch {
    return undefined;
  }
}

function lazily<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => (made ??= make());
}
