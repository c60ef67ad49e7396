import { open as openFile } from "node:fs/promises";
import { CodedError } from "@repo/contracts/coded-error";
import { lostPage } from "./lost-page.ts";
import type { PdfFile } from "./pdf-file.ts";
import { defaultPdfLimits, defaultPdfOutput, type PdfLimits, type PdfOutput } from "./pdf-limits.ts";
import type { PdfPage } from "./pdf-page.ts";
import { createPdfProcess, PageLost } from "./pdf-process.ts";
import { unreadablePdf } from "./unreadable-pdf.ts";

/** Options of {@link openPdf}. */
export interface OpenPdfOptions {
  /** Of encrypted files; those that only forbid printing open without. */
  password?: string | undefined;
  limits?: Partial<PdfLimits> | undefined;
  output?: Partial<PdfOutput> | undefined;
  /** Aborting ends the process; what is being read rejects with cancelled. */
  signal?: AbortSignal | undefined;
  /** Module of the reading process, when it is not where it is looked for. */
  workerEntry?: URL | undefined;
}

/** A PDF's header may stand behind up to so many bytes of something else (ISO 32000-1, annex H, note 13). */
const headerWithin = 1024;

/** The process's module as source, or as the bundler names it beside main.js. */
function defaultEntry(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "./worker/pdf-worker.ts" : "./pdf-worker.js", import.meta.url);
}

/**
 * Opens a stranger's PDF in a process of its own, which ends with {@link PdfFile.close}.
 *
 * @param file its bytes, or its path
 * @throws CodedError with `details.reason`, see unreadable-pdf.ts: unsupported_media_type, payload_too_large, invalid_request,
 *   deadline_exceeded, internal (process_lost); also cancelled
 */
export async function openPdf(file: Uint8Array | string, options: OpenPdfOptions = {}): Promise<PdfFile> {
  const limits = { ...defaultPdfLimits, ...options.limits };
  const output = { ...defaultPdfOutput, ...options.output };
  assertPdf(await readHead(file), limits.maxFileBytes);
  const process = createPdfProcess({
    entry: options.workerEntry ?? defaultEntry(),
    open: { kind: "open", file, password: options.password, limits, output },
    signal: options.signal,
  });
  try {
    const { pageCount, metadata } = await process.open();
    const given = new Set<string>();
    return {
      pageCount,
      metadata,
      pages: ({ from = 1, to = pageCount } = {}) =>
        readPages({ from, to: Math.min(to, pageCount) }, (index) => readPage(process, index), given),
      close: () => process.stop(),
    };
  } catch (error) {
    await process.stop();
    throw error;
  }
}

async function readHead(file: Uint8Array | string): Promise<{ head: Uint8Array; size: number }> {
  if (typeof file !== "string") return { head: file.subarray(0, headerWithin), size: file.length };
  const handle = await openFile(file);
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headerWithin), 0, headerWithin, 0);
    return { head: buffer.subarray(0, bytesRead), size };
  } finally {
    await handle.close();
  }
}

function assertPdf({ head, size }: { head: Uint8Array; size: number }, maxFileBytes: number): void {
  if (size === 0) throw unreadablePdf("empty", "The file is empty.");
  if (size > maxFileBytes) throw unreadablePdf("too_many_bytes", `The file has more than ${maxFileBytes} bytes.`, { maxFileBytes });
  if (!Buffer.from(head).includes("%PDF-")) throw unreadablePdf("not_a_pdf", "The file is no PDF.");
}

async function* readPages(
  { from, to }: { from: number; to: number },
  read: (index: number) => Promise<PdfPage>,
  given: Set<string>,
): AsyncGenerator<PdfPage, void, undefined> {
  if (!Number.isInteger(from) || from < 1) throw new CodedError("invalid_request", "Pages are counted from 1.");
  let ahead = from <= to ? read(from) : undefined;
  for (let index = from; ahead !== undefined; index += 1) {
    const page: PdfPage = await ahead;
    // The next page is read while the caller works on this one; its failure is the caller's when it gets there.
    ahead = index < to ? read(index + 1) : undefined;
    ahead?.catch(() => undefined);
    yield withoutGiven(page, given);
  }
}

/** A process that took over from one that was ended does not know what that one gave out. */
function withoutGiven(page: PdfPage, given: Set<string>): PdfPage {
  const pictures = page.pictures.map((placed) => {
    if (placed.picture === undefined || !given.has(placed.pictureId)) return placed;
    return { ...placed, picture: undefined };
  });
  for (const { pictureId } of pictures) given.add(pictureId);
  return { ...page, pictures };
}

/** A page that fails is empty, with a warning; the pages behind it are read all the same. */
async function readPage(process: ReturnType<typeof createPdfProcess>, index: number): Promise<PdfPage> {
  try {
    return await process.readPage(index);
  } catch (error) {
    if (!(error instanceof PageLost)) throw error;
    return lostPage(index, error.problem, error);
  }
}
