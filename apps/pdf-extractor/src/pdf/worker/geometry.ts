import type { Box } from "../pdf-page.ts";

/** x' = a x + c y + e, y' = b x + d y + f (ISO 32000-1, 8.3.3). */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** Left, top, right, bottom. */
export type Rectangle = readonly [left: number, top: number, right: number, bottom: number];

/** First `inner`, then `outer`. */
export function multiply(outer: Matrix, inner: Matrix): Matrix {
  const [a, b, c, d, e, f] = outer;
  return [
    a * inner[0] + c * inner[1],
    b * inner[0] + d * inner[1],
    a * inner[2] + c * inner[3],
    b * inner[2] + d * inner[3],
    a * inner[4] + c * inner[5] + e,
    b * inner[4] + d * inner[5] + f,
  ];
}

/** The upright rectangle around a transformed one. */
export function boundsOf([a, b, c, d, e, f]: Matrix, [left, top, right, bottom]: Rectangle): Rectangle {
  const xs = [left, right].flatMap((x) => [top, bottom].map((y) => a * x + c * y + e));
  const ys = [left, right].flatMap((x) => [top, bottom].map((y) => b * x + d * y + f));
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** What both cover; undefined when that is nothing, or not a number. */
export function intersect(one: Rectangle, other: Rectangle): Rectangle | undefined {
  const [left, top] = [Math.max(one[0], other[0]), Math.max(one[1], other[1])];
  const [right, bottom] = [Math.min(one[2], other[2]), Math.min(one[3], other[3])];
  return right > left && bottom > top ? [left, top, right, bottom] : undefined;
}

/** As shares of a page. */
export function toBox([left, top, right, bottom]: Rectangle, page: { width: number; height: number }): Box {
  const round = (share: number) => Math.round(share * 1e5) / 1e5;
  return {
    x: round(left / page.width),
    y: round(top / page.height),
    width: round((right - left) / page.width),
    height: round((bottom - top) / page.height),
  };
}
