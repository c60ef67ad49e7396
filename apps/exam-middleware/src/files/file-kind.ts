/** A kind of file that can be a scanned sheet. */
export interface FileKind {
  mimeType: string;
  /** The first one is given to files that are made from such a file. */
  extensions: readonly [string, ...string[]];
}

const ascii = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0));

/**
 * First bytes of every kind.
 * @source ISO 32000-1 section 7.5.2 (PDF), ISO/IEC 10918-1 annex B (JPEG), PNG specification section 5.2, TIFF 6.0 section 2,
 * Microsoft's BITMAPFILEHEADER, RFC 9649 section 2.4 (WebP)
 */
const kinds: readonly (FileKind & { starts: readonly (readonly [offset: number, bytes: readonly number[]][])[] })[] = [
  { mimeType: "image/jpeg", extensions: [".jpg", ".jpeg"], starts: [[[0, [0xff, 0xd8, 0xff]]]] },
  { mimeType: "image/png", extensions: [".png"], starts: [[[0, [0x89, ...ascii("PNG\r\n"), 0x1a, 0x0a]]]] },
  {
    mimeType: "image/tiff",
    extensions: [".tiff", ".tif"],
    starts: [
      [[0, [...ascii("II"), 42, 0]]],
      [[0, [...ascii("MM"), 0, 42]]],
      [[0, [...ascii("II"), 43, 0]]],
      [[0, [...ascii("MM"), 0, 43]]],
    ],
  },
  { mimeType: "image/bmp", extensions: [".bmp"], starts: [[[0, ascii("BM")]]] },
  {
    mimeType: "image/webp",
    extensions: [".webp"],
    starts: [
      [
        [0, ascii("RIFF")],
        [8, ascii("WEBP")],
      ],
    ],
  },
];
const pdf: FileKind = { mimeType: "application/pdf", extensions: [".pdf"] };
const pdfStart = ascii("%PDF-");
/** Readers of PDF look for the start within these bytes: some scanners put something before it. */
const pdfSearchBytes = 1024;

/** What the bytes are, whatever the name says; undefined for a kind that cannot be a sheet. */
export function findFileKind(bytes: Uint8Array): FileKind | undefined {
  const found = kinds.find(({ starts }) =>
    starts.some((parts) => parts.every(([offset, expected]) => expected.every((byte, position) => bytes[offset + position] === byte))),
  );
  if (found !== undefined) return { mimeType: found.mimeType, extensions: found.extensions };
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, pdfSearchBytes));
  return head.includes(Buffer.from(pdfStart)) ? pdf : undefined;
}

const allKinds: readonly FileKind[] = [pdf, ...kinds];

/** Ending for a file of this type, e.g. .pdf; .bin for an unknown one. */
export function toExtension(mimeType: string): string {
  return allKinds.find((kind) => kind.mimeType === mimeType)?.extensions[0] ?? ".bin";
}
