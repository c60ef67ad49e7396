import { defaultPdfLimits, defaultPdfOutput, type PdfLimits, type PdfOutput } from "../src/pdf/pdf-limits.ts";
import type { PdfPage } from "../src/pdf/pdf-page.ts";
import { openDocument } from "../src/pdf/worker/open-document.ts";
import type { JpegPlace } from "../src/pdf/worker/original-jpeg.ts";
import { watchingWarnings } from "../src/pdf/worker/page-warnings.ts";
import { readPage } from "../src/pdf/worker/read-page.ts";
import { scanImages } from "../src/pdf/worker/scan-images.ts";
import { servePdfjsFiles } from "../src/pdf/worker/serve-pdfjs-files.ts";

interface ReadHereOptions {
  limits?: Partial<PdfLimits>;
  output?: Partial<PdfOutput>;
  /** First page. */
  from?: number;
  password?: string;
}

/** Reads a PDF as the reading process does, but here: starting one costs more than reading a small file. */
export async function readHere(
  file: Uint8Array,
  { limits = {}, output = {}, from = 1, password }: ReadHereOptions = {},
): Promise<PdfPage[]> {
  servePdfjsFiles();
  const bytes = new Uint8Array(file);
  const facts = scanImages(bytes);
  const readBytes = async ({ start, length }: JpegPlace) => await Promise.resolve(file.slice(start, start + length));
  const all = { ...defaultPdfLimits, ...limits };
  const opened = await watchingWarnings(() => openDocument(bytes, { password, ...all }));
  const { document } = opened.result;
  const context = { document, limits: all, output: { ...defaultPdfOutput, ...output }, facts, readBytes, given: new Set<string>() };
  const pages: PdfPage[] = [];
  for (let index = from; index <= document.numPages; index += 1) pages.push(await readPage(context, index));
  await document.loadingTask.destroy();
  return pages;
}
