import {
  getDocument,
  type PDFDocumentProxy,
  type PDFDocumentLoadingTask,
  PasswordException,
  PasswordResponses,
  VerbosityLevel,
} from "pdfjs-dist/legacy/build/pdf.mjs";
import type { PdfMetadata } from "../pdf-file.ts";
import { unreadablePdf } from "../unreadable-pdf.ts";
import { pdfjsFiles } from "./serve-pdfjs-files.ts";

/** An open PDF. */
export interface OpenDocument {
  document: PDFDocumentProxy;
  metadata: PdfMetadata;
}

/** @throws CodedError invalid_request (encrypted, wrong_password, broken), payload_too_large (too_many_pages). */
export async function openDocument(
  bytes: Uint8Array<ArrayBuffer>,
  { password, maxPicturePixels, maxPages }: { password: string | undefined; maxPicturePixels: number; maxPages: number },
): Promise<OpenDocument> {
  const task = getDocument({
    data: bytes,
    ...(password === undefined ? {} : { password }),
    wasmUrl: `${pdfjsFiles}wasm/`,
    standardFontDataUrl: `${pdfjsFiles}standard_fonts/`,
    cMapUrl: `${pdfjsFiles}cmaps/`,
    iccUrl: `${pdfjsFiles}iccs/`,
    useWorkerFetch: true,
    useSystemFonts: false,
    disableFontFace: true,
    maxImageSize: maxPicturePixels,
    // Pixels, not bitmaps of a canvas.
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
    enableXfa: false,
    verbosity: VerbosityLevel.WARNINGS,
  });
  const document = await load(task);
  if (document.numPages > maxPages)
    throw unreadablePdf("too_many_pages", `The PDF has ${document.numPages} pages; at most ${maxPages} are read.`, { maxPages });
  return { document, metadata: await readMetadata(document) };
}

async function load(task: PDFDocumentLoadingTask): Promise<PDFDocumentProxy> {
  try {
    return await task.promise;
  } catch (error) {
    await task.destroy();
    if (!(error instanceof PasswordException)) throw unreadablePdf("broken", "The PDF is damaged.");
    if ((error as { code?: number }).code === PasswordResponses.NEED_PASSWORD)
      throw unreadablePdf("encrypted", "The PDF is protected by a password.");
    throw unreadablePdf("wrong_password", "The password does not open the PDF.");
  }
}

/** Of a damaged file's metadata nothing may be there. */
async function readMetadata(document: PDFDocumentProxy): Promise<PdfMetadata> {
  const { info } = (await document.getMetadata().catch(() => undefined)) ?? { info: {} };
  const texts = info as Record<string, unknown>;
  const textOf = (key: string) => {
    const value = texts[key];
    return typeof value === "string" && value.trim() !== "" ? value.trim().slice(0, 1000) : undefined;
  };
  return {
    title: textOf("Title"),
    author: textOf("Author"),
    subject: textOf("Subject"),
    keywords: textOf("Keywords"),
    producer: textOf("Producer"),
    version: textOf("PDFFormatVersion"),
    isEncrypted: textOf("EncryptFilterName") !== undefined,
  };
}
