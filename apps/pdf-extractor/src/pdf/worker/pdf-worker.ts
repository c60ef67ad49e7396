import { open as openFile, readFile } from "node:fs/promises";
import { endWithParent } from "@repo/confined-process/end-with-parent";
import { CodedError } from "@repo/contracts/coded-error";
import type { OpenRequest, PdfReply, PdfRequest } from "../pdf-protocol.ts";
import { openDocument } from "./open-document.ts";
import type { ReadBytes } from "./original-jpeg.ts";
import { readPage, type ReadContext } from "./read-page.ts";
import { scanImages } from "./scan-images.ts";
import { servePdfjsFiles } from "./serve-pdfjs-files.ts";

/**
 * Entry of the process that reads one PDF of a stranger. It may be killed at any moment; its successor is asked for the pages
 * that it did not come to.
 */

let context: ReadContext | undefined;

/** Reads on after pdf.js has taken the bytes for itself. */
async function createByteReader(file: OpenRequest["file"]): Promise<ReadBytes> {
  if (typeof file !== "string") return async ({ start, length }) => await Promise.resolve(file.slice(start, start + length));
  // Open for as long as the process, whatever becomes of the name.
  const handle = await openFile(file);
  return async ({ start, length }) => {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, start);
    return buffer.subarray(0, bytesRead);
  };
}

async function open({ file, password, limits, output }: OpenRequest): Promise<PdfReply> {
  // A copy: pdf.js takes the buffer for itself, and refuses those of Node.
  const bytes = new Uint8Array(typeof file === "string" ? await readFile(file) : file);
  const facts = scanImages(bytes);
  const readBytes = await createByteReader(file);
  const { document, metadata } = await openDocument(bytes, { password, ...limits });
  context = { document, limits, output, facts, readBytes, given: new Set() };
  return { kind: "opened", pageCount: document.numPages, metadata };
}

async function answer(request: PdfRequest): Promise<PdfReply> {
  try {
    if (request.kind === "open") return await open(request);
    if (context === undefined) throw new CodedError("internal", "No file is open.");
    return { kind: "page", page: await readPage(context, request.index) };
  } catch (error) {
    const coded = CodedError.isInstance(error) ? error : new CodedError("invalid_request", "The PDF is damaged.");
    const cause = (error as Error).stack ?? String(error);
    return { kind: "failed", code: coded.code, message: coded.message, details: coded.details, cause };
  }
}

process.on("message", (request: PdfRequest) => {
  void answer(request).then((reply) => process.send?.(reply));
});
servePdfjsFiles();
endWithParent();
process.send?.({ kind: "ready" } satisfies PdfReply);
