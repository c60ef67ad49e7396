import type { Matrix, Rectangle } from "./geometry.ts";
import { type Raster, toChannels } from "./raster.ts";

/** A painted image with its pixels. */
export interface PaintedRaster {
  raster: Raster;
  matrix: Matrix;
  visible: Rectangle;
}

/** Strips joined so far, from the top. */
interface Stack<Item> {
  first: Item;
  parts: Raster[];
  /** Scale, left, top and bottom on the page, in points. */
  width: number;
  left: number;
  top: number;
  bottom: number;
  visible: Rectangle;
}

/** In points; producers write strips with coordinates rounded to hundredths. */
const tolerance = 0.6;
/** A seam may differ by so many times what neighbouring rows within the strips differ, plus a little for plain areas. */
const seamFactor = 2.5;
const seamAllowance = 4;
/** Rows on each side of a seam that tell how much rows differ. */
const rowsCompared = 8;

/**
 * Joins images that are painted one after the other as strips of one: same place and width, one right under (or above) the
 * other, and the pixels go on across the seam. Swatches that merely touch stay apart: their rows do not continue each other.
 *
 * Some producers cut images into strips of 16 to 256 rows (when they flatten transparency, or print to PDF).
 */
export function joinStrips<Item extends PaintedRaster>(items: readonly Item[]): (Item & { strips: number })[] {
  const stacks: Stack<Item>[] = [];
  for (const item of items) {
    const last = stacks.at(-1);
    if (last === undefined || !join(last, item)) stacks.push(toStack(item));
  }
  return stacks.map(toItem);
}

function toStack<Item extends PaintedRaster>(item: Item): Stack<Item> {
  const [a, , , d, e, f] = item.matrix;
  // The page's y grows downwards, so that d is negative: an image reaches from f + d down to f.
  return { first: item, parts: [item.raster], width: a, left: e, top: f + d, bottom: f, visible: item.visible };
}

/** Puts an image under or above a stack; false when it is no strip of it. */
function join<Item extends PaintedRaster>(stack: Stack<Item>, item: Item): boolean {
  if (!isUpright(stack.first.matrix) || !isUpright(item.matrix)) return false;
  const other = toStack(item);
  const isInColumn = Math.abs(stack.width - other.width) <= tolerance && Math.abs(stack.left - other.left) <= tolerance;
  const [upmost, lowest] = [stack.parts[0] as Raster, stack.parts.at(-1) as Raster];
  if (!isInColumn || item.raster.width !== lowest.width || !hasSameScale(stack, other)) return false;
  if (Math.abs(other.top - stack.bottom) <= tolerance && goesOn(lowest, item.raster)) {
    stack.parts.push(item.raster);
    stack.bottom = other.bottom;
  } else if (Math.abs(stack.top - other.bottom) <= tolerance && goesOn(item.raster, upmost)) {
    stack.parts.unshift(item.raster);
    stack.top = other.top;
  } else return false;
  const [left, top, right, bottom] = stack.visible;
  const { visible } = item;
  stack.visible = [Math.min(left, visible[0]), Math.min(top, visible[1]), Math.max(right, visible[2]), Math.max(bottom, visible[3])];
  return true;
}

function isUpright([a, b, c, d]: Matrix): boolean {
  return a > 0 && d < 0 && Math.abs(b) < 1e-3 * a && Math.abs(c) < -1e-3 * d;
}

/** Strips of one image have its resolution. */
function hasSameScale<Item>(one: Stack<Item>, other: Stack<Item>): boolean {
  const rowsOf = ({ parts }: Stack<Item>) => parts.reduce((rows, { height }) => rows + height, 0);
  const expected = ((one.bottom - one.top) / rowsOf(one)) * rowsOf(other);
  return Math.abs(expected - (other.bottom - other.top)) <= 0.05 * expected + tolerance;
}

/** Whether the first row of `under` is about as near to the last row of `above` as rows of them are to each other. */
function goesOn(upper: Raster, lower: Raster): boolean {
  const [above, under] = [toChannels(cut(upper, -rowsCompared), 4), toChannels(cut(lower, rowsCompared), 4)];
  const inside = [above, under].flatMap((raster) =>
    Array.from({ length: raster.height - 1 }, (_, row) => rowDifference(raster, row, raster, row + 1)),
  );
  // Strips of a single row have no rows to compare.
  const usual = inside.length === 0 ? seamAllowance : inside.reduce((sum, value) => sum + value, 0) / inside.length;
  return rowDifference(above, above.height - 1, under, 0) <= usual * seamFactor + seamAllowance;
}

/** The first rows, or the last when `rows` is negative. */
function cut({ width, height, channels, data }: Raster, rows: number): Raster {
  const kept = Math.min(height, Math.abs(rows));
  const start = rows < 0 ? (height - kept) * width * channels : 0;
  return { width, height: kept, channels, data: data.subarray(start, start + kept * width * channels) };
}

/** Mean difference of two rows' bytes, 0 to 255. */
function rowDifference(one: Raster, row: number, other: Raster, otherRow: number): number {
  const bytes = one.width * one.channels;
  let sum = 0;
  for (let at = 0; at < bytes; at += 1)
    sum += Math.abs((one.data[row * bytes + at] as number) - (other.data[otherRow * bytes + at] as number));
  return sum / bytes;
}

function toItem<Item extends PaintedRaster>({ first, parts, width, left, top, bottom, visible }: Stack<Item>): Item & { strips: number } {
  if (parts.length === 1) return { ...first, strips: 1 };
  const channels = Math.max(...parts.map((part) => part.channels)) as Raster["channels"];
  const alike = parts.map((part) => (channels === 1 ? part : toChannels(part, channels)));
  const raster: Raster = {
    width: first.raster.width,
    height: alike.reduce((rows, part) => rows + part.height, 0),
    channels,
    data: Buffer.concat(alike.map(({ data }) => data)),
  };
  return { ...first, raster, matrix: [width, 0, 0, top - bottom, left, bottom], visible, strips: parts.length };
}
