import { CodedError } from "@repo/contracts/coded-error";
import { detectFileType } from "./detect-file-type.ts";
import { createDocumentProcess, type DocumentProcess } from "./document-process.ts";
import type { PageReply, PageRequest } from "./document-protocol.ts";
import type { Page } from "./page.ts";
import { raceCaller } from "./race-caller.ts";
import { parseSelection } from "./select-pages.ts";
import { unreadableFile } from "./unreadable-file.ts";

/** Options of {@link createPageReader}. */
export interface PageReaderOptions {
  /** Processes that decode, default 1: about as much time goes into a page's inference, which has its own threads. */
  workers?: number | undefined;
  /** Bytes of one file, default 50 MiB. */
  maxFileBytes?: number | undefined;
  /** Pixels of a picture as it is in the file, default 120 million: A3 at 600 dpi has 70, the largest phones make 108. */
  maxInputPixels?: number | undefined;
  /** Pages of one file that are read at most, default 100. */
  maxPages?: number | undefined;
  /** Milliseconds one page may take, default 20,000; opening the file counts as part of its first page. */
  maxPageMs?: number | undefined;
  /** Milliseconds all pages of one file may take together, waiting for the caller excluded; default 300,000. */
  maxFileMs?: number | undefined;
  /** Resident memory of a decoding process, default 1 GiB; a page at the limit of maxInputPixels takes about half of it. */
  maxMemoryBytes?: number | undefined;
  /** A decoding process without work is ended after so long, default 300,000 ms; the next file starts one (0.2 s). */
  idleMs?: number | undefined;
  /** Pages that may wait to be decoded, default 64; more are refused with overloaded. */
  maxQueuedPages?: number | undefined;
  /** Module of the decoding process, when it is not where it is looked for. */
  workerEntry?: URL | undefined;
}

/** Options of one {@link PageReader.read}. */
export interface ReadPagesOptions {
  /** For messages only: the type is found by content. */
  name?: string | undefined;
  /** "1-3,5" or "all", default "1". */
  pages?: string | undefined;
  /** Pixels per inch the pages are scaled down to, default 200; PDFs are drawn at it. */
  dpi?: number | undefined;
  /** Pixels of a page that is given out, default 12 million: A4 at 350 dpi, A3 at 240. */
  maxPixels?: number | undefined;
  /** Whether pages carry rgb too. */
  rgb?: boolean | undefined;
  /** Milliseconds since the epoch; throws deadline_exceeded then. */
  deadlineAt?: number | undefined;
  /** Aborting throws cancelled. */
  signal?: AbortSignal | undefined;
}

/** Reads the pages of files that strangers sent. */
export interface PageReader {
  /**
   * The pages one by one, each decoded while the one before is worked on. PNG, JPEG, TIFF, WebP, GIF, BMP and PDF.
   *
   * Errors are CodedErrors with `details.reason`, see unreadable-file.ts: unsupported_media_type, payload_too_large,
   * invalid_request, deadline_exceeded; also overloaded and cancelled. A page that fails ends the iteration.
   */
  read(file: Uint8Array, options?: ReadPagesOptions): AsyncGenerator<Page, void, undefined>;
  /** Ends the decoding processes; what is being read rejects with model_unavailable. */
  close(): Promise<void>;
}

const defaultMaxFileBytes = 50 * 1024 * 1024;

/** The process's module as source, or as the bundler names it beside main.js. */
function defaultEntry(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "./document-worker.ts" : "./document-worker.js", import.meta.url);
}

/** Starts nothing: the first file does. */
export function createPageReader(options: PageReaderOptions = {}): PageReader {
  const { maxFileBytes = defaultMaxFileBytes, maxPageMs = 20_000, maxFileMs = 300_000, maxQueuedPages = 64, idleMs = 300_000 } = options;
  const limits = { maxInputPixels: options.maxInputPixels ?? 120_000_000, maxPages: options.maxPages ?? 100 };
  const entry = options.workerEntry ?? defaultEntry();
  const maxMemoryBytes = options.maxMemoryBytes ?? 1024 * 1024 * 1024;
  const processes = Array.from({ length: options.workers ?? 1 }, () => createDocumentProcess({ entry, maxMemoryBytes, idleMs }));
  let lastDocument = 0;

  async function* read(file: Uint8Array, readOptions: ReadPagesOptions = {}): AsyncGenerator<Page, void, undefined> {
    const { pages = "1", dpi = 200, maxPixels = 12_000_000, rgb = false, name } = readOptions;
    if (file.length === 0) throw unreadableFile("empty", "The file is empty.", { name });
    if (file.length > maxFileBytes)
      throw unreadableFile("too_many_bytes", `The file has more than ${maxFileBytes} bytes.`, { maxFileBytes, name });
    const type = detectFileType(file);
    if (type === undefined) throw unreadableFile("unknown_type", "The file is no PDF and no picture of a type that is read.", { name });
    parseSelection(pages);
    lastDocument += 1;
    const request = { document: lastDocument, type, pages, size: { dpi, maxPixels }, limits, wantsRgb: rgb };
    const target = processes.toSorted((a, b) => a.waiting - b.waiting)[0] as DocumentProcess;
    let leftMs = maxFileMs;
    const readPage = async (position: number): Promise<PageReply & { kind: "page" }> => {
      if (target.waiting >= maxQueuedPages)
        throw new CodedError("overloaded", "Too many pages wait to be read; try again later.", { retryAfterMs: 1000 });
      if (leftMs <= 0) throw unreadableFile("too_slow", "Reading the file took too long.", { maxFileMs, name });
      return raceCaller(requestPage(target, { ...request, position }, { file, boundMs: Math.min(maxPageMs, leftMs) }), readOptions);
    };
    try {
      let current = await readPage(0);
      for (let position = 1; ; position += 1) {
        leftMs -= current.page.readMs;
        // The next page is decoded while the caller works on this one; its failure is the caller's when it gets there.
        const ahead = position < current.selected ? readPage(position) : undefined;
        ahead?.catch(() => undefined);
        yield current.page;
        if (ahead === undefined) return;
        current = await ahead;
      }
    } finally {
      target.close(request.document);
    }
  }

  return {
    read,
    async close() {
      await Promise.all(processes.map((process) => process.stop()));
    },
  };
}

/** The file's bytes go along with its first page, and again when the process does not have them any more. */
async function requestPage(
  target: DocumentProcess,
  request: Omit<PageRequest, "id" | "bytes">,
  { file, boundMs }: { file: Uint8Array; boundMs: number },
): Promise<PageReply & { kind: "page" }> {
  const first = await target.request(request.position === 0 ? { ...request, bytes: file } : request, boundMs);
  if (first.kind === "page") return first;
  const second = await target.request({ ...request, bytes: file }, boundMs);
  if (second.kind === "page") return second;
  throw new CodedError("internal", "The reader lost the file.");
}
