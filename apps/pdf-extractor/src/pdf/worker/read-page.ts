import { createHash } from "node:crypto";
import type { PDFDocumentProxy, PDFPageProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
import type { PdfLimits, PdfOutput } from "../pdf-limits.ts";
import { lostPage } from "../lost-page.ts";
import type { EncodedPicture, PageWarning, PdfPage, Picture, PlacedPicture } from "../pdf-page.ts";
import { encodePicture } from "./encode-picture.ts";
import { findNearbyText } from "./find-nearby-text.ts";
import { type Matrix, toBox } from "./geometry.ts";
import { hashPicture } from "./hash-picture.ts";
import { joinStrips, type PaintedRaster } from "./join-strips.ts";
import { orient, orientationOf } from "./orient.ts";
import { type ReadBytes, readOriginalJpeg } from "./original-jpeg.ts";
import { pageWarnings, watchingWarnings } from "./page-warnings.ts";
import { hasTransparency, type Raster } from "./raster.ts";
import { readLines, type TextItem } from "./read-lines.ts";
import { type PdfImageData, readPixels, readStencil } from "./read-pixels.ts";
import { renderPage } from "./render-page.ts";
import type { ImageFacts } from "./scan-images.ts";
import { type PaintedImage, walkOperators } from "./walk-operators.ts";

/** What reading a page needs of its file. */
export interface ReadContext {
  document: PDFDocumentProxy;
  limits: PdfLimits;
  output: PdfOutput;
  /** By pdf.js's names of the PDF's objects. */
  facts: ReadonlyMap<string, ImageFacts>;
  readBytes: ReadBytes;
  /** Pictures that were given out, and what shown places need to know of them. */
  given: Set<string>;
}

/** A painted image with what is known of it. */
interface FoundImage extends PaintedRaster {
  facts: ImageFacts;
}

/** Reads one page; of a page too damaged for that, nothing is there but a warning. @param index from 1 */
export async function readPage(context: ReadContext, index: number): Promise<PdfPage> {
  const startedAt = performance.now();
  const sinceStart = () => Math.round(performance.now() - startedAt);
  let page: PDFPageProxy | undefined;
  try {
    const { result, said } = await watchingWarnings(async () => {
      page = await context.document.getPage(index);
      return readContent(context, page, index);
    });
    const preview = page === undefined ? undefined : await drawPreview(page, context.output);
    return { ...result, preview, warnings: [...pageWarnings(said), ...result.warnings], readMs: sinceStart() };
  } catch {
    return lostPage(index, "page_broken", { message: `Page ${index} is damaged.`, readMs: sinceStart() });
  } finally {
    page?.cleanup();
  }
}

/** A page that can be read but not drawn has no preview; what pdf.js says of it, it said before. */
async function drawPreview(page: PDFPageProxy, { previewSide }: PdfOutput): Promise<EncodedPicture | undefined> {
  if (previewSide <= 0) return undefined;
  const { result } = await watchingWarnings(() => renderPage(page, previewSide).catch(() => undefined));
  return result;
}

async function readContent(context: ReadContext, page: PDFPageProxy, index: number): Promise<PdfPage> {
  const { limits, output } = context;
  const { width, height, transform } = page.getViewport({ scale: 1 });
  const start = transform as unknown as Matrix;
  const { items } = await page.getTextContent();
  const lines = readLines(
    items.filter((item): item is TextItem => "str" in item),
    start,
    { width, height },
  );
  const layers = await context.document.getOptionalContentConfig();
  const isLayerVisible = (layer: unknown) => layers.isVisible(layer as never);
  const painted = walkOperators(await page.getOperatorList(), { start, clip: [0, 0, width, height], isLayerVisible });
  const kept = painted.slice(0, limits.maxPagePictures);
  const found = await readImages(context, page, kept);
  const whole = output.joinsStrips ? joinStrips(found) : found.map((item) => ({ ...item, strips: 1 }));
  const shown = whole.filter(({ raster }) => Math.min(raster.width, raster.height) >= output.minPictureSide);
  const texts = findNearbyText(
    shown.map(({ visible }) => visible),
    lines,
  );
  const pictures: PlacedPicture[] = [];
  for (const [at, item] of shown.entries()) {
    const picture = await toPicture(item, context);
    pictures.push({
      page: index,
      index: at,
      pictureId: picture.id,
      box: toBox(item.visible, { width, height }),
      nearbyText: texts[at]?.nearbyText ?? "",
      caption: texts[at]?.caption,
      picture: picture.picture,
    });
  }
  return {
    index,
    width,
    height,
    lines: lines.map(({ text, bounds }) => ({ text, box: toBox(bounds, { width, height }) })),
    pictures,
    smallPictures: whole.length - shown.length,
    preview: undefined,
    warnings: tooMany(painted.length - kept.length),
    readMs: 0,
  };
}

function tooMany(leftOut: number): PageWarning[] {
  if (leftOut <= 0) return [];
  return [{ problem: "too_many_pictures", message: `${leftOut} pictures more than are read of a page were left out.`, count: leftOut }];
}

/** The pixels of what is painted, in that order. An image painted several times is decoded once. */
async function readImages({ facts }: ReadContext, page: PDFPageProxy, painted: readonly PaintedImage[]): Promise<FoundImage[]> {
  const found: FoundImage[] = [];
  const rasters = new Map<string, Raster | undefined>();
  for (const { source, stencilColor, matrix, visible } of painted) {
    const image = typeof source === "string" ? await waitForObject(page, source) : source;
    if (image === null) continue;
    const key = typeof source === "string" ? `${source} ${stencilColor ?? ""}` : undefined;
    const read = () => (stencilColor === undefined ? readPixels(image) : readStencil(image, stencilColor));
    const raster = key !== undefined && rasters.has(key) ? rasters.get(key) : read();
    if (key !== undefined) rasters.set(key, raster);
    if (raster === undefined) continue;
    found.push({ raster, matrix, visible, facts: factsOf(image, stencilColor, facts) });
  }
  return found;
}

function factsOf({ ref }: PdfImageData, stencilColor: string | undefined, facts: ReadonlyMap<string, ImageFacts>): ImageFacts {
  if (stencilColor !== undefined) return { kind: "mask", colorSpace: "stencil" };
  // What is no object of the file stands in the page's content.
  if (!/^\d+R/.test(ref ?? "")) return { kind: "inline", colorSpace: "unknown" };
  return facts.get(ref ?? "") ?? { kind: "unknown", colorSpace: "unknown" };
}

/** pdf.js decodes images on its own time; null when it cannot. Names that begin with g_ are of images that several pages show. */
function waitForObject(page: PDFPageProxy, name: string): Promise<PdfImageData | null> {
  const { promise, resolve } = Promise.withResolvers<PdfImageData | null>();
  const objects = name.startsWith("g_") ? page.commonObjs : page.objs;
  objects.get(name, resolve as (data: unknown) => void);
  return promise;
}

async function toPicture(
  { raster, matrix, facts, strips }: FoundImage & { strips: number },
  { output, given, readBytes }: ReadContext,
): Promise<{ id: string; picture: Picture | undefined }> {
  const size = `${raster.width}x${raster.height}x${raster.channels}`;
  const id = createHash("sha256").update(size).update(raster.data).digest("hex").slice(0, 32);
  if (given.has(id)) return { id, picture: undefined };
  const upright = orient(raster, orientationOf(matrix));
  const isWhole = upright === raster && strips === 1 && !hasTransparency(raster);
  const original = isWhole && facts.jpeg !== undefined ? await readOriginalJpeg(raster, facts.jpeg, readBytes) : undefined;
  const encoded = await encodePicture(upright, output, original);
  given.add(id);
  const picture: Picture = {
    id,
    width: upright.width,
    height: upright.height,
    kind: facts.kind,
    colorSpace: facts.colorSpace,
    hasMask: hasTransparency(raster),
    strips,
    ...(await hashPicture(upright)),
    ...encoded,
  };
  return { id, picture };
}
