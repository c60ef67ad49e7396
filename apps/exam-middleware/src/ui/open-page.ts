/** Browser only: one page of a file as a picture. The libraries for PDF and TIFF are loaded when they are needed. */

/** A page that can be drawn. */
export interface OpenPage {
  picture: CanvasImageSource;
  width: number;
  height: number;
}

/** Longest side of a PDF's page, pixels: enough to read handwriting at twice the size. */
const longestSide = 2_000;
/** No page may freeze the browser: more pixels than a 600-dpi A4 page are not drawn. */
const maxPixels = 40_000_000;

function toCanvas(width: number, height: number): { canvas: HTMLCanvasElement; pen: CanvasRenderingContext2D } {
  if (width * height > maxPixels) throw new Error("The page is too large to be shown here.");
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("This browser cannot draw.");
  return { canvas, pen };
}

async function openPdf(file: ArrayBuffer, page: number, workerAddress: string): Promise<OpenPage> {
  const { getDocument, GlobalWorkerOptions } = await import("pdfjs-dist");
  GlobalWorkerOptions.workerSrc = workerAddress;
  const task = getDocument({ data: file, useWasm: false, wasmUrl: new URL("/assets/", location.href).href });
  const pdf = await task.promise;
  try {
    const shown = await pdf.getPage(Math.min(page, pdf.numPages));
    const { width, height } = shown.getViewport({ scale: 1 });
    const viewport = shown.getViewport({ scale: longestSide / Math.max(width, height) });
    const { canvas } = toCanvas(Math.round(viewport.width), Math.round(viewport.height));
    await shown.render({ canvas, viewport }).promise;
    return { picture: canvas, width: canvas.width, height: canvas.height };
  } finally {
    await task.destroy();
  }
}

/** Degrees clockwise that a TIFF's orientation asks for; mirrored ones are not made by scanners. */
const tiffTurns: Readonly<Record<number, number>> = { 3: 180, 6: 90, 8: 270 };

async function openTiff(file: ArrayBuffer, page: number): Promise<OpenPage> {
  // CommonJS: its functions are on the default export.
  const { default: tiff } = await import("utif2");
  const found = tiff.decode(file)[page - 1];
  if (!found) throw new Error("There is no such page.");
  tiff.decodeImage(file, found);
  const { canvas, pen } = toCanvas(found.width, found.height);
  pen.putImageData(new ImageData(new Uint8ClampedArray(tiff.toRGBA8(found).buffer), found.width, found.height), 0, 0);
  const degrees = tiffTurns[found.t274?.[0] ?? 1] ?? 0;
  return degrees === 0 ? { picture: canvas, ...found } : turn({ picture: canvas, ...found }, degrees);
}

function turn({ picture, width, height }: OpenPage, degrees: number): OpenPage {
  const isSideways = degrees % 180 !== 0;
  const { canvas, pen } = toCanvas(isSideways ? height : width, isSideways ? width : height);
  pen.translate(canvas.width / 2, canvas.height / 2);
  pen.rotate((degrees * Math.PI) / 180);
  pen.drawImage(picture, -width / 2, -height / 2);
  return { picture: canvas, width: canvas.width, height: canvas.height };
}

/**
 * Page `page`, from 1, of the file at `address`, as its own orientation has it.
 * @throws Error, TypeError: the file is gone, broken, or of a kind that this browser does not show
 */
export async function openPage(
  address: string,
  { type, page, worker }: { type: string; page: number; worker: string | undefined },
): Promise<OpenPage> {
  const response = await fetch(address);
  if (!response.ok) throw new Error("The file could not be fetched.");
  if (type === "application/pdf") return await openPdf(await response.arrayBuffer(), page, worker ?? "");
  if (type === "image/tiff") return await openTiff(await response.arrayBuffer(), page);
  const picture = await createImageBitmap(await response.blob());
  return { picture, width: picture.width, height: picture.height };
}
