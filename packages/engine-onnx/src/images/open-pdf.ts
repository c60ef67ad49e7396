import processConsole from "node:console";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { createCanvas } from "@napi-rs/canvas";
import { CodedError } from "@repo/contracts/coded-error";
import { getDocument, PasswordException, type PDFDocumentProxy, type PDFPageProxy, VerbosityLevel } from "pdfjs-dist/legacy/build/pdf.mjs";
import type { DecodeLimits, PageDocument, PageSize } from "./page-document.ts";
import type { Raster } from "./raster.ts";
import { unreadableFile } from "./unreadable-file.ts";

/** PDF's unit is 1/72 inch (ISO 32000-1, 8.3.2.3). */
const unitsPerInch = 72;
/** Skia makes no canvas with a longer side; no page is read by then. */
const maxSide = 16_384;

/** Standard fonts, character maps and the decoders of JBIG2 and JPEG 2000 lie beside pdfjs; nothing comes from the network. */
const directory = dirname(createRequire(import.meta.url).resolve("pdfjs-dist/package.json"));

/**
 * Opens a PDF. Its scripts are not run: pdfjs runs none without the sandbox that a viewer gives it.
 * @throws CodedError invalid_request (encrypted, broken), payload_too_large (too_many_pixels).
 */
export async function openPdf(bytes: Uint8Array, limits: DecodeLimits): Promise<PageDocument> {
  const task = getDocument({
    data: new Uint8Array(bytes), // A copy: pdfjs takes the buffer for itself, and refuses those of Node.
    wasmUrl: `${directory}/wasm/`,
    standardFontDataUrl: `${directory}/standard_fonts/`,
    cMapUrl: `${directory}/cmaps/`,
    iccUrl: `${directory}/iccs/`,
    useSystemFonts: false,
    disableFontFace: true,
    maxImageSize: limits.maxInputPixels,
    enableXfa: false,
    verbosity: VerbosityLevel.WARNINGS,
  });
  try {
    const document = await task.promise;
    return {
      type: "pdf",
      count: document.numPages,
      readPage: (index, size) => assertWhole(index, () => renderPage(document, index, size)),
      close: () => task.destroy(),
    };
  } catch (error) {
    await task.destroy();
    if (error instanceof PasswordException) throw unreadableFile("encrypted", "The PDF is protected by a password.");
    throw unreadableFile("broken", "The PDF is damaged.");
  }
}

/**
 * pdfjs leaves out what it cannot draw and says so on the console only. A font may be missing; a page without its scan would
 * be read as an empty one. Only one page is drawn at a time, so what is said is said of it.
 */
async function assertWhole<Result>(index: number, draw: () => Promise<Result>): Promise<Result> {
  const said: string[] = [];
  const { warn } = processConsole;
  processConsole.warn = (message: unknown) => void said.push(String(message));
  try {
    const result = await draw();
    if (said.some((message) => message.includes("exceeded maximum allowed size")))
      throw unreadableFile("too_many_pixels", `A picture on page ${index} has too many pixels.`, { page: index });
    if (said.some((message) => /unable to decode|ignoring XObject/i.test(message)))
      throw unreadableFile("broken", `A picture on page ${index} is damaged.`, { page: index });
    return result;
  } catch (error) {
    if (CodedError.isInstance(error)) throw error;
    throw unreadableFile("broken", `Page ${index} of the PDF is damaged.`, { page: index });
  } finally {
    processConsole.warn = warn;
  }
}

async function renderPage(document: PDFDocumentProxy, index: number, size: PageSize): Promise<{ raster: Raster; dpi: number }> {
  const page = await document.getPage(index);
  try {
    const natural = page.getViewport({ scale: 1 });
    const scale = Math.min(
      size.dpi / unitsPerInch,
      Math.sqrt(size.maxPixels / (natural.width * natural.height)),
      maxSide / Math.max(natural.width, natural.height),
    );
    const width = Math.max(1, Math.floor(natural.width * scale));
    const height = Math.max(1, Math.floor(natural.height * scale));
    const canvas = createCanvas(width, height);
    const context = canvas.getContext("2d");
    await page.render({
      canvas: null,
      // Of the browser's type, of which this one has all that pdfjs uses.
      canvasContext: context as unknown as Parameters<PDFPageProxy["render"]>[0]["canvasContext"],
      viewport: page.getViewport({ scale }),
      background: "white",
    }).promise;
    const { data } = context.getImageData(0, 0, width, height);
    return { raster: { width, height, channels: 4, data }, dpi: scale * unitsPerInch };
  } finally {
    page.cleanup();
  }
}
