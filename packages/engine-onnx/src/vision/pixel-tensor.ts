/** How the 8-bit pixels of a picture become a model's numbers. */
export interface PixelScaling {
  /** Taken off each channel, of values 0 to 1. */
  mean: readonly [number, number, number];
  /** Each channel is then divided by this. */
  std: readonly [number, number, number];
}

/**
 * (pixel / 255 - mean) / std, one channel after the other.
 * @param pixels [side * side * 3], red, green, blue
 * @returns float32 [3, side, side]
 * @source transformers, image_transforms.py, rescale and normalize: rounded to float32 after each step
 */
export function toPixelTensor(pixels: Uint8Array, { mean, std }: PixelScaling): Float32Array {
  const plane = pixels.length / 3;
  const tensor = new Float32Array(pixels.length);
  for (let channel = 0; channel < 3; channel += 1) {
    const table = toTable(mean[channel] as number, std[channel] as number);
    for (let pixel = 0, at = channel; pixel < plane; pixel += 1, at += 3) {
      tensor[channel * plane + pixel] = table[pixels[at] as number] as number;
    }
  }
  return tensor;
}

function toTable(mean: number, std: number): Float32Array {
  const [meanFloat, stdFloat] = Float32Array.of(mean, std) as unknown as [number, number];
  return Float32Array.from({ length: 256 }, (_, value) => Math.fround(Math.fround(value * (1 / 255)) - meanFloat) / stdFloat);
}
