import type { Matrix } from "./geometry.ts";
import type { Raster } from "./raster.ts";

/** How pixels are turned to stand as a page shows them: first mirrored left to right, then turned clockwise. */
export interface Orientation {
  isMirrored: boolean;
  quarterTurns: 0 | 1 | 2 | 3;
}

/**
 * The orientation nearest to what a matrix does to an image.
 * @param matrix from the unit square, in which an image's first row is at y = 1 (ISO 32000-1, 8.9.3), to a page whose y grows downwards
 */
export function orientationOf([a, b, c, d]: Matrix): Orientation {
  // Where a step to the right and a step down in the image lead on the page.
  const [right, down] = [
    [a, b],
    [-c, -d],
  ] as const;
  const isMirrored = right[0] * down[1] - right[1] * down[0] < 0;
  const [x, y] = isMirrored ? [-right[0], -right[1]] : right;
  const quarterTurns = (((Math.round(Math.atan2(y, x) / (Math.PI / 2)) % 4) + 4) % 4) as Orientation["quarterTurns"];
  return { isMirrored, quarterTurns };
}

/** The pixels in another orientation. */
export function orient(raster: Raster, { isMirrored, quarterTurns }: Orientation): Raster {
  if (!isMirrored && quarterTurns === 0) return raster;
  const { width, height, channels, data } = raster;
  const isSideways = quarterTurns % 2 === 1;
  const result: Raster = {
    width: isSideways ? height : width,
    height: isSideways ? width : height,
    channels,
    data: new Uint8Array(data.length),
  };
  for (let y = 0; y < height; y += 1) {
    for (let column = 0; column < width; column += 1) {
      const x = isMirrored ? width - 1 - column : column;
      const [toX, toY] = turn(x, y, { width, height, quarterTurns });
      const from = (y * width + column) * channels;
      const to = (toY * result.width + toX) * channels;
      for (let channel = 0; channel < channels; channel += 1) result.data[to + channel] = data[from + channel] as number;
    }
  }
  return result;
}

function turn(
  x: number,
  y: number,
  { width, height, quarterTurns }: { width: number; height: number; quarterTurns: Orientation["quarterTurns"] },
): readonly [x: number, y: number] {
  if (quarterTurns === 1) return [height - 1 - y, x];
  if (quarterTurns === 2) return [width - 1 - x, height - 1 - y];
  if (quarterTurns === 3) return [y, width - 1 - x];
  return [x, y];
}
