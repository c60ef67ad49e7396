import type { GrayImage } from "@repo/engine-onnx/vision/gray-image";
import { resizeGray } from "@repo/engine-onnx/vision/resize-gray";

/** Wide enough that half a degree moves the end of a line by five pixels, small enough to cost two milliseconds. */
const sampleWidth = 600;
/** Feeders slant by up to three degrees, phones by more; beyond this a person turned the page on purpose. */
const maxDegrees = 6;
const coarseStep = 0.5;
const fineStep = 0.1;
/** Grey below which a pixel may be ink. */
const inkGray = 160;
/** Fewer dark pixels than this say nothing about lines. */
const minInkPixels = 400;
const maxInkPixels = 30_000;

/**
 * How far a page slants, degrees, positive is clockwise: the angle under which its dark pixels fall into the sharpest rows
 * (projection profile; Postl, "Detection of linear oblique structures", 1986). 0 when nothing is written on it.
 */
export function measureSkew(page: GrayImage): number {
  const scale = Math.min(1, sampleWidth / page.width);
  const width = Math.max(1, Math.round(page.width * scale));
  const height = Math.max(1, Math.round(page.height * scale));
  const sample = resizeGray(page, [0, 0, page.width, page.height], width, height);
  const points = findInk(sample, width, height);
  if (points.length < 2 * minInkPixels) return 0;
  const coarse = findBest(points, { from: -maxDegrees, to: maxDegrees, step: coarseStep, height, width });
  const best = findBest(points, { from: coarse - coarseStep, to: coarse + coarseStep, step: fineStep, height, width });
  // At the end of the range there is no peak, only a slope towards one that is not a slant.
  return Math.abs(best) >= maxDegrees ? 0 : Math.round(best * 10) / 10;
}

/** x and y of dark pixels by turns, relative to the middle; the edges, where scanners leave black bands, are left out. */
function findInk(sample: Float32Array, width: number, height: number): Float32Array {
  const border = Math.round(width * 0.04);
  const found: number[] = [];
  for (let y = border; y < height - border; y += 1) {
    for (let x = border; x < width - border; x += 1) {
      // The lower edge of ink: letters of one line end on it, whatever their height.
      if ((sample[y * width + x] as number) < inkGray && (sample[(y + 1) * width + x] as number) >= inkGray)
        found.push(x - width / 2, y - height / 2);
    }
  }
  const stride = Math.max(1, Math.ceil(found.length / 2 / maxInkPixels));
  return Float32Array.from(stride === 1 ? found : found.filter((_, index) => Math.floor(index / 2) % stride === 0));
}

function findBest(
  points: Float32Array,
  { from, to, step, height, width }: { from: number; to: number; step: number; height: number; width: number },
): number {
  const rows = height + width;
  const counts = new Float64Array(rows);
  let best = { degrees: 0, sharpness: -1 };
  for (let index = 0; from + index * step <= to + step / 2; index += 1) {
    const degrees = from + index * step;
    const slope = Math.tan((degrees * Math.PI) / 180);
    counts.fill(0);
    for (let point = 0; point < points.length; point += 2) {
      const row = Math.round((points[point + 1] as number) - (points[point] as number) * slope + rows / 2);
      counts[row] = (counts[row] as number) + 1;
    }
    let sharpness = 0;
    for (let row = 1; row < rows; row += 1) sharpness += ((counts[row] as number) - (counts[row - 1] as number)) ** 2;
    // Straight wins a tie.
    if (sharpness > best.sharpness || (sharpness === best.sharpness && Math.abs(degrees) < Math.abs(best.degrees)))
      best = { degrees, sharpness };
  }
  return best.degrees;
}
