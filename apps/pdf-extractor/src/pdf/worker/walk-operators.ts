import { OPS } from "pdfjs-dist/legacy/build/pdf.mjs";
import { boundsOf, intersect, type Matrix, multiply, type Rectangle } from "./geometry.ts";
import type { PdfImageData } from "./read-pixels.ts";

/** An image that a page paints. */
export interface PaintedImage {
  /** Where pdf.js keeps its pixels, or they themselves. */
  source: string | PdfImageData;
  /** Stencils have pixels of one colour, "#rrggbb". */
  stencilColor: string | undefined;
  /** From the unit square to the page as shown. */
  matrix: Matrix;
  /** What is seen of it, in the page's units. */
  visible: Rectangle;
}

/** What {@link walkOperators} needs to know of the page. */
export interface WalkOptions {
  /** From PDF's user space to the page as shown. */
  start: Matrix;
  page: { width: number; height: number };
  /** Whether a layer is shown; pdf.js's OptionalContentConfig knows. */
  isLayerVisible(layer: unknown): boolean;
}

interface State {
  matrix: Matrix;
  clip: Rectangle | undefined;
  fillColor: string;
}

const unitSquare: Rectangle = [0, 0, 1, 1];
const black = "#000000";

/**
 * The images a page paints, in that order, with those of nested forms, groups and annotations; without what is outside of the
 * page or of a clipping path, in a hidden layer, or part of a soft mask.
 *
 * @param operators as of pdf.js's getOperatorList, which paints every image by itself: the groups of images that it makes for
 *   drawing do not occur
 */
export function walkOperators(
  { fnArray, argsArray }: { fnArray: readonly number[]; argsArray: readonly unknown[] },
  { start, page, isLayerVisible }: WalkOptions,
): PaintedImage[] {
  const painted: PaintedImage[] = [];
  const stack: State[] = [];
  const layers: boolean[] = [];
  let state: State = { matrix: start, clip: [0, 0, page.width, page.height], fillColor: black };
  let isClipPending = false;
  /** Depth of groups in a soft mask's group, 0 outside of one. */
  let maskDepth = 0;

  const save = () => stack.push(state);
  const restore = () => (state = stack.pop() ?? state);
  const transform = (matrix: Matrix | null | undefined) => {
    if (matrix) state = { ...state, matrix: multiply(state.matrix, [...matrix] as unknown as Matrix) };
  };
  const clipTo = (rectangle: Rectangle | null | undefined, matrix: Matrix = state.matrix) => {
    if (!rectangle) return;
    const bounds = boundsOf(matrix, [...rectangle] as unknown as Rectangle);
    state = { ...state, clip: state.clip && intersect(state.clip, bounds) };
  };
  const paint = (source: string | PdfImageData, stencilColor?: string) => {
    if (maskDepth > 0 || layers.includes(false) || state.clip === undefined) return;
    const visible = intersect(state.clip, boundsOf(state.matrix, unitSquare));
    if (visible !== undefined) painted.push({ source, stencilColor, matrix: state.matrix, visible });
  };

  // The arguments' types are those of src/core/evaluator.js in pdf.js 6.5.
  const steps: Record<number, (args: never[]) => void> = {
    [OPS.save]: save,
    [OPS.restore]: restore,
    [OPS.transform]: (args: number[]) => transform(args as unknown as Matrix),
    [OPS.paintFormXObjectBegin]: ([matrix, bounds]: (Matrix & Rectangle)[]) => {
      save();
      transform(matrix);
      clipTo(bounds);
    },
    [OPS.paintFormXObjectEnd]: restore,
    [OPS.beginGroup]: ([group]: { matrix?: Matrix | null; bbox?: Rectangle | null; smask?: unknown }[]) => {
      save();
      if (maskDepth > 0 || group?.smask) maskDepth += 1;
      clipTo(group?.bbox, group?.matrix ? multiply(state.matrix, group.matrix) : state.matrix);
    },
    [OPS.endGroup]: () => {
      restore();
      maskDepth = Math.max(0, maskDepth - 1);
    },
    [OPS.beginAnnotation]: ([, rectangle, matrix, appearance]: unknown[]) => {
      save();
      state = { ...state, matrix: start };
      clipTo(rectangle as Rectangle);
      transform(matrix as Matrix);
      transform(appearance as Matrix);
    },
    [OPS.endAnnotation]: restore,
    [OPS.clip]: () => (isClipPending = true),
    [OPS.eoClip]: () => (isClipPending = true),
    [OPS.constructPath]: ([, , bounds]: unknown[]) => {
      if (isClipPending) clipTo(bounds as Rectangle);
      isClipPending = false;
    },
    [OPS.setFillRGBColor]: ([color]: string[]) => (state = { ...state, fillColor: color ?? black }),
    [OPS.setFillColorN]: () => (state = { ...state, fillColor: black }),
    [OPS.beginMarkedContent]: () => layers.push(true),
    [OPS.beginMarkedContentProps]: ([tag, layer]: unknown[]) => layers.push(tag !== "OC" || isLayerVisible(layer)),
    [OPS.endMarkedContent]: () => layers.pop(),
    [OPS.paintImageXObject]: ([id]: string[]) => paint(id as string),
    [OPS.paintInlineImageXObject]: ([image]: PdfImageData[]) => paint(image as PdfImageData),
    // A stencil's pixels are kept like an image's; `data` is where.
    [OPS.paintImageMaskXObject]: ([image]: (PdfImageData | { data: string })[]) => {
      if (image !== undefined) paint(typeof image.data === "string" ? image.data : (image as PdfImageData), state.fillColor);
    },
  };
  for (const [at, operator] of fnArray.entries()) steps[operator]?.((argsArray[at] ?? []) as never[]);
  return painted;
}
