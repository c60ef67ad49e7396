import { createCanvas } from "@napi-rs/canvas";
import type { PDFPageProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
import type { EncodedPicture } from "../pdf-page.ts";
import { encodePreview } from "./encode-picture.ts";

/** The whole page as a picture. @param side longer side in pixels */
export async function renderPage(page: PDFPageProxy, side: number): Promise<EncodedPicture> {
  const natural = page.getViewport({ scale: 1 });
  const scale = side / Math.max(natural.width, natural.height);
  const width = Math.max(1, Math.round(natural.width * scale));
  const height = Math.max(1, Math.round(natural.height * scale));
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  await page.render({
    canvas: null,
    // Of the browser's type, of which this one has all that pdf.js uses.
    canvasContext: context as unknown as Parameters<PDFPageProxy["render"]>[0]["canvasContext"],
    viewport: page.getViewport({ scale }),
    background: "white",
  }).promise;
  const { data } = context.getImageData(0, 0, width, height);
  return encodePreview({ width, height, channels: 4, data: new Uint8Array(data.buffer, data.byteOffset, data.length) });
}
