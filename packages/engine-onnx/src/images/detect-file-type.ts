import type { FileType } from "./page.ts";

/** A PDF's header may stand behind up to so many bytes of something else (ISO 32000-1, annex H, note 13). */
const pdfHeaderWithin = 1024;

/**
 * The type of a file by its first bytes, whatever its name says; undefined when it is none that is read. A file that is
 * two at once is what its very first bytes say.
 * Source of the signatures: the formats' own specifications.
 */
export function detectFileType(bytes: Uint8Array): FileType | undefined {
  const starts = (text: string, at = 0) => startsWith(bytes, text, at);
  if (starts("%PDF-")) return "pdf";
  if (starts("\x89PNG\r\n\x1a\n")) return "png";
  if (starts("\xff\xd8\xff")) return "jpeg";
  // Classic and big TIFF, in both byte orders.
  if (["II*\0", "MM\0*", "II+\0", "MM\0+"].some((mark) => starts(mark))) return "tiff";
  if (starts("RIFF") && starts("WEBP", 8)) return "webp";
  if (starts("GIF87a") || starts("GIF89a")) return "gif";
  // Two letters are little: the size of the header behind them must be one that exists.
  if (starts("BM") && [12, 40, 52, 56, 64, 108, 124].includes(readUint32(bytes, 14))) return "bmp";
  for (let at = 1; at < Math.min(pdfHeaderWithin, bytes.length); at += 1) if (starts("%PDF-", at)) return "pdf";
  return undefined;
}

function startsWith(bytes: Uint8Array, text: string, at: number): boolean {
  for (let index = 0; index < text.length; index += 1) if (bytes[at + index] !== text.charCodeAt(index)) return false;
  return true;
}

function readUint32(bytes: Uint8Array, at: number): number {
  return bytes.length < at + 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}
