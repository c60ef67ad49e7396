import type { PDFPageProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
import { boundsOf, intersect, type Matrix, multiply, type Rectangle } from "./geometry.ts";

/** A piece of text as pdf.js gives it out, with whatever marks the content's structure left away. */
export type TextItem = Extract<Awaited<ReturnType<PDFPageProxy["getTextContent"]>>["items"][number], { str: string }>;

/** A line of text in the page's units. */
export interface PlacedLine {
  text: string;
  bounds: Rectangle;
}

/** Share of a font's size that reaches above and below the base line; fonts differ, captions are found all the same. */
const [ascent, descent] = [0.8, 0.2];
/** A gap of more than so many times the size begins another column. */
const columnGap = 1.5;

interface Run {
  text: string;
  bounds: Rectangle;
  size: number;
  endsLine: boolean;
}

/** The lines of a page, in the order of its content; columns that stand side by side are lines of their own. */
export function readLines(items: readonly TextItem[], start: Matrix, page: { width: number; height: number }): PlacedLine[] {
  const lines: (PlacedLine & { size: number; isOver: boolean })[] = [];
  for (const { text, bounds, size, endsLine } of items.map((item) => toRun(item, start))) {
    const line = lines.at(-1);
    if (line !== undefined && !line.isOver && continues(line, { bounds, size })) {
      const isApart = bounds[0] - line.bounds[2] > 0.15 * size && !/\s$/.test(line.text) && !/^\s/.test(text);
      line.text += (isApart ? " " : "") + text;
      if (text.trim() !== "") line.bounds = around(line.bounds, bounds);
    } else if (text.trim() !== "") lines.push({ text, bounds, size, isOver: false });
    const current = lines.at(-1);
    if (current !== undefined && endsLine) current.isOver = true;
  }
  const whole: Rectangle = [0, 0, page.width, page.height];
  return lines.flatMap(({ text, bounds }) => {
    const visible = intersect(bounds, whole);
    return visible === undefined ? [] : [{ text: text.replaceAll(/\s+/g, " ").trim(), bounds: visible }];
  });
}

function toRun({ str, transform, width, hasEOL }: TextItem, start: Matrix): Run {
  const matrix = transform as unknown as Matrix;
  const size = Math.hypot(matrix[2], matrix[3]) || 1;
  const along = Math.hypot(matrix[0], matrix[1]) || 1;
  const placed = multiply(start, matrix);
  // The item's own space: one unit is the font's size, its width is in user space.
  return { text: str, bounds: boundsOf(placed, [0, -descent, width / along, ascent]), size, endsLine: hasEOL };
}

function continues(line: { bounds: Rectangle; size: number }, run: { bounds: Rectangle; size: number }): boolean {
  const size = Math.max(line.size, run.size);
  const isLevel = Math.abs(line.bounds[3] - run.bounds[3]) < 0.4 * size;
  const gap = run.bounds[0] - line.bounds[2];
  return isLevel && gap < columnGap * size && gap > -0.5 * size;
}

function around(one: Rectangle, other: Rectangle): Rectangle {
  return [Math.min(one[0], other[0]), Math.min(one[1], other[1]), Math.max(one[2], other[2]), Math.max(one[3], other[3])];
}
