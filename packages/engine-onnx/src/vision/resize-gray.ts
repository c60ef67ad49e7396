import type { Box, GrayImage } from "./gray-image.ts";

/** For every target position: the first source position, and the weights of it and those that follow. */
interface Taps {
  /** Weights per target position; the last ones may be 0. */
  count: number;
  first: Int32Array;
  weights: Float32Array;
}

/**
 * Scales the part of a picture inside `box` (whole pixels, inside the picture) to `width` x `height`.
 *
 * Shrinking averages the source area under each target pixel, growing interpolates linearly between pixel centres; each
 * axis for itself. These are the rules of OpenCV's INTER_AREA and INTER_LINEAR (imgproc documentation, "Geometric Image
 * Transformations"), with which the models' training pictures are made.
 * @returns [height * width] grey values 0 to 255, not rounded.
 */
export function resizeGray(image: GrayImage, box: Box, width: number, height: number): Float32Array {
  const [left, top, boxWidth, boxHeight] = box;
  const columns = toTaps(boxWidth, width);
  const rows = toTaps(boxHeight, height);
  const target = new Float32Array(width * height);
  const row = new Float32Array(width);
  // Neighbouring target rows share at most one source row when shrinking, two when growing: they are kept.
  const recent = new Map<number, Float32Array>();
  for (let y = 0; y < height; y += 1) {
    const first = rows.first[y] as number;
    for (const known of recent.keys()) if (known < first) recent.delete(known);
    const offset = y * width;
    for (let tap = 0; tap < rows.count; tap += 1) {
      const weight = rows.weights[y * rows.count + tap] as number;
      if (weight === 0) continue;
      const sourceY = first + tap;
      let source = recent.get(sourceY);
      if (source === undefined) {
        resizeRow(image.gray, (top + sourceY) * image.width + left, columns, row);
        source = row;
        if (tap + 2 >= rows.count) {
          source = row.slice();
          recent.set(sourceY, source);
        }
      }
      for (let x = 0; x < width; x += 1) target[offset + x] = (target[offset + x] as number) + weight * (source[x] as number);
    }
  }
  return target;
}

function resizeRow(gray: Uint8Array, start: number, { count, first, weights }: Taps, target: Float32Array): void {
  for (let x = 0, weight = 0; x < target.length; x += 1) {
    let sum = 0;
    let position = start + (first[x] as number);
    for (let tap = 0; tap < count; tap += 1) sum += (weights[weight++] as number) * (gray[position++] as number);
    target[x] = sum;
  }
}

function toTaps(from: number, to: number): Taps {
  return from > to ? toAreaTaps(from, to) : toLinearTaps(from, to);
}

function toAreaTaps(from: number, to: number): Taps {
  const scale = from / to;
  const count = Math.min(from, Math.ceil(scale) + 1);
  const taps: Taps = { count, first: new Int32Array(to), weights: new Float32Array(to * count) };
  for (let position = 0; position < to; position += 1) {
    const start = position * scale;
    const end = Math.min(from, start + scale);
    const first = firstTap(start, from, count);
    taps.first[position] = first;
    for (let tap = 0; tap < count; tap += 1) {
      const covered = Math.min(end, first + tap + 1) - Math.max(start, first + tap);
      if (covered > 0) taps.weights[position * count + tap] = covered / scale;
    }
  }
  return taps;
}

function toLinearTaps(from: number, to: number): Taps {
  const count = Math.min(from, 2);
  const taps: Taps = { count, first: new Int32Array(to), weights: new Float32Array(to * count) };
  for (let position = 0; position < to; position += 1) {
    const centre = Math.min(from - 1, Math.max(0, ((position + 0.5) * from) / to - 0.5));
    const first = firstTap(centre, from, count);
    taps.first[position] = first;
    for (let tap = 0; tap < count; tap += 1) taps.weights[position * count + tap] = Math.max(0, 1 - Math.abs(centre - first - tap));
  }
  return taps;
}

/** No tap may lie beyond the edge, not even one of weight 0: at the end they all move back. */
function firstTap(start: number, from: number, count: number): number {
  return Math.min(Math.floor(start), from - count);
}
