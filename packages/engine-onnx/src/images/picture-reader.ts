import { CodedError } from "@repo/contracts/coded-error";
import { detectFileType } from "./detect-file-type.ts";
import { createDocumentProcess, type DocumentProcess } from "./document-process.ts";
import type { SquarePicture } from "./document-protocol.ts";
import { raceCaller } from "./race-caller.ts";
import type { ResampleFilter } from "./resample.ts";
import { unreadableFile } from "./unreadable-file.ts";

/** Options of {@link createPictureReader}. */
export interface PictureReaderOptions {
  /** Side of the squares that are given out, pixels. */
  side: number;
  filter: ResampleFilter;
  /** Processes that decode, default 1: decoding takes a fraction of the inference that follows. */
  workers?: number | undefined;
  /** Bytes of one file, default 20 MiB. */
  maxFileBytes?: number | undefined;
  /** Pixels of a picture as it is in the file, default 50 million; all of them are decoded. */
  maxInputPixels?: number | undefined;
  /** Milliseconds one picture may take, default 20,000. */
  maxPictureMs?: number | undefined;
  /** Resident memory of a decoding process, default 1 GiB. */
  maxMemoryBytes?: number | undefined;
  /** A decoding process without work is ended after so long, default 300,000 ms; the next file starts one (0.2 s). */
  idleMs?: number | undefined;
  /** Pictures that may wait to be decoded, default 256; more are refused with overloaded. */
  maxQueuedPictures?: number | undefined;
  /** Module of the decoding process, when it is not where it is looked for. */
  workerEntry?: URL | undefined;
}

/** Reads pictures that strangers sent, as the squares that a vision model takes. */
export interface PictureReader {
  /**
   * The first frame, upright, transparency on white, pulled to the square without regard to its proportions. PNG, JPEG,
   * TIFF, WebP, GIF and BMP. See decode-picture.ts and resample.ts for what happens to colours and pixels.
   *
   * Errors are CodedErrors with `details.reason`, see unreadable-file.ts: unsupported_media_type, payload_too_large,
   * invalid_request, deadline_exceeded; also overloaded and cancelled.
   */
  read(
    file: Uint8Array,
    options?: { name?: string | undefined; signal?: AbortSignal | undefined; deadlineAt?: number | undefined },
  ): Promise<SquarePicture>;
  /** Ends the decoding processes; what is being read rejects with model_unavailable. */
  close(): Promise<void>;
}

const mebibyte = 1024 * 1024;

/** The process's module as source, or as the bundler names it beside main.js. */
function defaultEntry(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "./document-worker.ts" : "./document-worker.js", import.meta.url);
}

/** Starts nothing: the first file does. */
export function createPictureReader(options: PictureReaderOptions): PictureReader {
  const { maxFileBytes = 20 * mebibyte, maxInputPixels = 50_000_000, maxPictureMs = 20_000, maxQueuedPictures = 256 } = options;
  const square = { side: options.side, filter: options.filter };
  const processOptions = {
    entry: options.workerEntry ?? defaultEntry(),
    maxMemoryBytes: options.maxMemoryBytes ?? 1024 * mebibyte,
    idleMs: options.idleMs ?? 300_000,
  };
  const processes = Array.from({ length: options.workers ?? 1 }, () => createDocumentProcess(processOptions));
  let lastDocument = 0;

  return {
    async read(file, { name, ...caller } = {}) {
      if (file.length === 0) throw unreadableFile("empty", "The file is empty.", { name });
      if (file.length > maxFileBytes)
        throw unreadableFile("too_many_bytes", `The file has more than ${maxFileBytes} bytes.`, { maxFileBytes, name });
      const type = detectFileType(file);
      if (type === undefined || type === "pdf")
        throw unreadableFile("unknown_type", "The file is no picture of a type that is read (JPEG, PNG, WebP, GIF, TIFF, BMP).", { name });
      const target = processes.toSorted((a, b) => a.waiting - b.waiting)[0] as DocumentProcess;
      if (target.waiting >= maxQueuedPictures)
        throw new CodedError("overloaded", "Too many pictures wait to be read; try again later.", { retryAfterMs: 1000 });
      lastDocument += 1;
      const document = lastDocument;
      try {
        const work = target.request({ document, bytes: file, type, square, limits: { maxInputPixels } }, maxPictureMs);
        const reply = await raceCaller(work, caller);
        if (reply.kind !== "picture") throw new CodedError("internal", "The reader gave something else than a picture.");
        return reply.picture;
      } catch (thrown) {
        // Not read yet: it does not have to be any more.
        if (CodedError.isInstance(thrown) && (thrown.code === "cancelled" || thrown.code === "deadline_exceeded")) target.close(document);
        throw thrown;
      }
    },
    async close() {
      await Promise.all(processes.map((process) => process.stop()));
    },
  };
}
