import { Readable } from "node:stream";

/** A file that somebody sent. */
export interface SentFile {
  /** Folders in it are left out. */
  name: string;
  /** Media type. */
  type: string;
  sizeBytes: number;
  bytes: AsyncIterable<Uint8Array>;
  /** Default: five minutes, by this browser only. */
  cacheControl?: string;
}

const shownTypes = /^(?:application\/pdf|image\/(?:jpeg|png|webp|bmp|gif|tiff))$/;

/**
 * Headers for what strangers have sent: never sniffed, never a page of ours, kept by this browser only.
 * PDF is not put into a sandbox: Chromium's viewer does not run in one.
 */
export function toSentFileHeaders(type: string): Record<string, string> {
  const isShown = shownTypes.test(type);
  return {
    "content-type": isShown ? type : "application/octet-stream",
    "content-security-policy": `default-src 'none'; style-src 'unsafe-inline'${type === "application/pdf" ? "" : "; sandbox"}`,
    "x-content-type-options": "nosniff",
    "cache-control": "private, max-age=300",
    "cross-origin-resource-policy": "same-origin",
  };
}

/** Answers with a file that somebody sent, piece by piece; kinds that browsers do not show are saved. */
export function answerFile({ name, type, sizeBytes, bytes, cacheControl }: SentFile): Response {
  const kind = shownTypes.test(type) ? "inline" : "attachment";
  const file = encodeURIComponent(name.split(/[/\\]/).at(-1)?.toWellFormed() ?? "file");
  return new Response(Readable.toWeb(Readable.from(bytes)) as ReadableStream<Uint8Array<ArrayBuffer>>, {
    headers: {
      ...toSentFileHeaders(type),
      ...(cacheControl === undefined ? {} : { "cache-control": cacheControl }),
      "content-length": String(sizeBytes),
      "content-disposition": `${kind}; filename*=UTF-8''${file.replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}`,
    },
  });
}
