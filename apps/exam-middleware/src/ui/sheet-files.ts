import { CodedError } from "@repo/contracts/coded-error";
import { Readable } from "node:stream";

/** A file as {@link SheetService.file} gives it. */
interface StoredFile {
  name: string;
  type: string;
  sizeBytes: number;
  bytes: AsyncIterable<Uint8Array>;
}

const shownTypes = /^(?:application\/pdf|image\/(?:jpeg|png|webp|bmp|gif|tiff))$/;

/**
 * Headers for what strangers have sent: never sniffed, never a page of ours, kept by this browser only.
 * PDF is not put into a sandbox: Chromium's viewer does not run in one.
 */
function toHeaders(type: string): Record<string, string> {
  const isShown = shownTypes.test(type);
  return {
    "content-type": isShown ? type : "application/octet-stream",
    "content-security-policy": `default-src 'none'; style-src 'unsafe-inline'${type === "application/pdf" ? "" : "; sandbox"}`,
    "x-content-type-options": "nosniff",
    "cache-control": "private, max-age=300",
    "cross-origin-resource-policy": "same-origin",
  };
}

/** Answers with a sheet's file, piece by piece. */
export function answerFile({ name, type, sizeBytes, bytes }: StoredFile): Response {
  const kind = shownTypes.test(type) ? "inline" : "attachment";
  const file = encodeURIComponent(name.split(/[/\\]/).at(-1)?.toWellFormed() ?? "sheet");
  return new Response(Readable.toWeb(Readable.from(bytes)) as ReadableStream<Uint8Array<ArrayBuffer>>, {
    headers: {
      ...toHeaders(type),
      "content-length": String(sizeBytes),
      "content-disposition": `${kind}; filename*=UTF-8''${file.replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}`,
    },
  });
}

/** Answers with a crop. */
export function answerCrop({ bytes, type }: { bytes: Uint8Array; type: string }): Response {
  if (!/^image\/(?:png|webp|jpeg)$/.test(type)) throw new CodedError("not_found", "There is no picture of this reading.");
  return new Response(new Uint8Array(bytes), { headers: toHeaders(type) });
}
