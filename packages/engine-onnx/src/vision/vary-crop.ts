/** A slightly different look at a crop. */
export interface CropView {
  /** How much narrower the writing becomes, 1 as it is. */
  narrow: number;
  /** How much lower the writing becomes, 1 as it is; below 1 it grows. */
  lower: number;
  /** Columns by which a row is moved per row of distance from the middle: the writing leans. */
  lean: number;
}

/**
 * The crop, looked at differently: narrowed towards its left edge, lowered towards its middle, leaned. Bilinear between
 * pixel centres; what comes from outside is paper (+1).
 * @param pixels float32 [height * width], paper +1, ink towards -1
 * @returns the same shape
 */
export function varyCrop(pixels: Float32Array, width: number, view: CropView): Float32Array {
  const height = pixels.length / width;
  const target = new Float32Array(pixels.length).fill(1);
  for (let row = 0; row < height; row += 1) {
    const fromMiddle = row + 0.5 - height / 2;
    const y = fromMiddle * view.lower + height / 2 - 0.5;
    const top = Math.floor(y);
    const down = y - top;
    if (top < -1 || top >= height) continue;
    for (let column = 0; column < width; column += 1) {
      const x = (column + 0.5) * view.narrow + fromMiddle * view.lean - 0.5;
      const left = Math.floor(x);
      if (left < -1 || left >= width) continue;
      const right = x - left;
      const upper = mix(darkness(pixels, width, { x: left, y: top }), darkness(pixels, width, { x: left + 1, y: top }), right);
      const lower = mix(darkness(pixels, width, { x: left, y: top + 1 }), darkness(pixels, width, { x: left + 1, y: top + 1 }), right);
      target[row * width + column] = 1 - mix(upper, lower, down);
    }
  }
  return target;
}

function darkness(pixels: Float32Array, width: number, { x, y }: { x: number; y: number }): number {
  return x < 0 || x >= width || y < 0 ? 0 : 1 - (pixels[y * width + x] ?? 1);
}

function mix(a: number, b: number, share: number): number {
  return a + (b - a) * share;
}
