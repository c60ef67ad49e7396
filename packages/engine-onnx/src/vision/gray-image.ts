/** A picture of one channel. A {@link Page} of images/ is one. */
export interface GrayImage {
  width: number;
  height: number;
  /** [height * width], row by row from the top, 0 black to 255 white. */
  gray: Uint8Array;
}

/** Left edge, top edge, width and height, in pixels unless said otherwise. */
export type Box = readonly [x: number, y: number, width: number, height: number];

/** The part of `box` that lies inside an image of this size, on whole pixels; undefined when that is nothing. */
export function clampBox(box: Box, size: { width: number; height: number }): Box | undefined {
  const left = Math.max(0, Math.round(box[0]));
  const top = Math.max(0, Math.round(box[1]));
  const right = Math.min(size.width, Math.round(box[0] + box[2]));
  const bottom = Math.min(size.height, Math.round(box[1] + box[3]));
  return right > left && bottom > top ? [left, top, right - left, bottom - top] : undefined;
}
