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

/** As pdf.js's getOperatorList gives them. */
export interface Operators {
  fnArray: readonly number[];
  argsArray: readonly unknown[];
}

/** What {@link walkOperators} needs to know of the page. */
export interface WalkOptions {
  /** From PDF's user space to the page as shown. */
  start: Matrix;
  /** What is seen of the page, in its units. */
  clip: Rectangle;
  /** Patterns that were painted with before. */
  patterns?: Set<Operators>;
  /** Whether a layer is shown; pdf.js's OptionalContentConfig knows. */
  isLayerVisible(layer: unknown): boolean;
}

interface State {
  matrix: Matrix;
  /** Of the page or the form, which patterns begin from (ISO 32000-1, 8.7.3.1). */
  base: Matrix;
  clip: Rectangle | undefined;
  fillColor: string;
  fillPattern: { operators: Operators; matrix: Matrix | null } | undefined;
}

const unitSquare: Rectangle = [0, 0, 1, 1];
const black = "#000000";
const everywhere: Rectangle = [-1e9, -1e9, 1e9, 1e9];
const fills: readonly unknown[] = [OPS.fill, OPS.eoFill, OPS.fillStroke, OPS.eoFillStroke, OPS.closeFillStroke, OPS.closeEOFillStroke];

/**
 * The images a page paints, in that order, with those of nested forms, groups and annotations; without what is outside of the
 * page or of a clipping path, in a hidden layer, or part of a soft mask. Of a pattern, which repeats its images over what is filled
 * with it, each comes once, where the pattern was first filled with.
 *
 * @param operators as of pdf.js's getOperatorList, which paints every image by itself: the groups of images that it makes for
 *   drawing do not occur
 */
export function walkOperators(
  { fnArray, argsArray }: Operators,
  { start, clip, isLayerVisible, patterns = new Set() }: WalkOptions,
): PaintedImage[] {
  const painted: PaintedImage[] = [];
  const stack: State[] = [];
  const layers: boolean[] = [];
  let state: State = { matrix: start, base: start, clip, fillColor: black, fillPattern: undefined };
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
  const isHidden = () => maskDepth > 0 || layers.includes(false);
  const seenOf = (rectangle: Rectangle) => state.clip && intersect(state.clip, boundsOf(state.matrix, rectangle));
  const paint = (source: string | PdfImageData, stencilColor?: string) => {
    const visible = isHidden() ? undefined : seenOf(unitSquare);
    if (visible !== undefined) painted.push({ source, stencilColor, matrix: state.matrix, visible });
  };

  const fill = (bounds: Rectangle | null | undefined) => {
    const pattern = state.fillPattern;
    if (pattern === undefined || !bounds || isHidden() || patterns.has(pattern.operators)) return;
    const visible = seenOf([...bounds] as unknown as Rectangle);
    if (visible === undefined) return;
    patterns.add(pattern.operators);
    const first = pattern.matrix ? multiply(state.base, [...pattern.matrix] as unknown as Matrix) : state.base;
    const inside = walkOperators(pattern.operators, { start: first, clip: everywhere, patterns, isLayerVisible });
    painted.push(...inside.map((image) => ({ ...image, visible })));
  };

  // The arguments' types are those of src/core/evaluator.js in pdf.js 6.5.
  const steps: Record<number, (args: never[]) => void> = {
    [OPS.save]: save,
    [OPS.restore]: restore,
    [OPS.transform]: (args: number[]) => transform(args as unknown as Matrix),
    [OPS.paintFormXObjectBegin]: ([matrix, bounds]: (Matrix & Rectangle)[]) => {
      save();
      transform(matrix);
      state = { ...state, base: state.matrix };
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
    [OPS.constructPath]: ([operator, , bounds]: unknown[]) => {
      if (fills.includes(operator)) fill(bounds as Rectangle | null);
      if (isClipPending) clipTo(bounds as Rectangle);
      isClipPending = false;
    },
    [OPS.setFillRGBColor]: ([color]: string[]) => (state = { ...state, fillColor: color ?? black, fillPattern: undefined }),
    [OPS.setFillColorN]: ([kind, , operators, matrix]: unknown[]) => {
      const isTiling = kind === "TilingPattern";
      const fillPattern = isTiling ? { operators: operators as Operators, matrix: matrix as Matrix | null } : undefined;
      state = { ...state, fillColor: black, fillPattern };
    },
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
