import type { Raster } from "./raster.ts";

/** How pixels between pixels are found: bilinear and bicubic as in Pillow, both averaging over what is made smaller. */
export type ResampleFilter = "bilinear" | "bicubic";

/** Half the width of a filter, in pixels of the larger picture. */
const supports: Record<ResampleFilter, number> = { bilinear: 1, bicubic: 2 };

/** Bits behind the point of a weight. @source Pillow, src/libImaging/Resample.c, PRECISION_BITS */
const precisionBits = 22;

/** Weights of one axis: what each pixel of the result is made of. */
interface Weights {
  /** First source pixel per result pixel. */
  starts: Int32Array;
  /** Source pixels per result pixel. */
  counts: Int32Array;
  /** [result pixels * taps], fixed point. */
  values: Int32Array;
  taps: number;
}

/**
 * A picture pulled to width x height, to the bit as Pillow's Image.resize does it: rows first, then columns, weights in
 * 22-bit fixed point, every pass rounded to 8 bits.
 *
 * This is the arithmetic of the reference preprocessing of CLIP-like models (transformers' image processors on Pillow).
 * libvips' own resize differs from it by several levels, and a model sees the difference.
 * @param raster 8 bits, 1 or 3 channels; not changed
 * @source Pillow, src/libImaging/Resample.c (precompute_coeffs, normalize_coeffs_8bpc, ImagingResampleHorizontal_8bpc)
 */
export function resample(raster: Raster, size: { width: number; height: number }, filter: ResampleFilter): Raster {
  const { channels } = raster;
  const { width, height } = size;
  const rows = raster.width === width ? raster : resampleRows(raster, toWeights(raster.width, width, filter), width);
  if (rows.height === height) return rows;
  const data = resampleColumns(rows, toWeights(rows.height, height, filter), height);
  return { width, height, channels, data };
}

/** Keys's cubic with a = -0.5 for bicubic, a triangle for bilinear. */
const kernels: Record<ResampleFilter, (x: number) => number> = {
  bilinear: (x) => Math.max(0, 1 - Math.abs(x)),
  bicubic: (signed) => {
    const x = Math.abs(signed);
    if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
  },
};

function toWeights(from: number, to: number, filter: ResampleFilter): Weights {
  const scale = from / to;
  const filterScale = Math.max(1, scale);
  const support = supports[filter] * filterScale;
  const taps = Math.ceil(support) * 2 + 1;
  const kernel = kernels[filter];
  const starts = new Int32Array(to);
  const counts = new Int32Array(to);
  const values = new Int32Array(to * taps);
  const raw = new Float64Array(taps);
  for (let index = 0; index < to; index += 1) {
    const centre = (index + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(from, Math.trunc(centre + support + 0.5)) - start;
    let sum = 0;
    for (let tap = 0; tap < count; tap += 1) {
      const weight = kernel((tap + start - centre + 0.5) * (1 / filterScale));
      raw[tap] = weight;
      sum += weight;
    }
    starts[index] = start;
    counts[index] = count;
    for (let tap = 0; tap < count; tap += 1) {
      const weight = (sum === 0 ? (raw[tap] as number) : (raw[tap] as number) / sum) * 2 ** precisionBits;
      values[index * taps + tap] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
  }
  return { starts, counts, values, taps };
}

const half = 1 << (precisionBits - 1);

function toByte(sum: number): number {
  const value = sum >> precisionBits;
  return value < 0 ? 0 : Math.min(value, 255);
}

function resampleRows({ width: from, height, channels, data }: Raster, { starts, counts, values, taps }: Weights, width: number): Raster {
  const out = new Uint8Array(width * height * channels);
  for (let row = 0; row < height; row += 1) {
    const rowAt = row * from * channels;
    let to = row * width * channels;
    for (let column = 0; column < width; column += 1) {
      const weightsAt = column * taps;
      const count = counts[column] as number;
      const first = rowAt + (starts[column] as number) * channels;
      for (let channel = 0; channel < channels; channel += 1) {
        let sum = half;
        for (let tap = 0, at = first + channel; tap < count; tap += 1, at += channels) {
          sum += (data[at] as number) * (values[weightsAt + tap] as number);
        }
        out[to++] = toByte(sum);
      }
    }
  }
  return { width, height, channels, data: out };
}

function resampleColumns({ width, channels, data }: Raster, { starts, counts, values, taps }: Weights, height: number): Uint8Array {
  const stride = width * channels;
  const out = new Uint8Array(stride * height);
  const sums = new Int32Array(stride);
  for (let row = 0; row < height; row += 1) {
    sums.fill(half);
    // Row after row, as they lie in memory.
    for (let tap = 0; tap < (counts[row] as number); tap += 1) {
      const weight = values[row * taps + tap] as number;
      const from = ((starts[row] as number) + tap) * stride;
      for (let at = 0; at < stride; at += 1) sums[at] = (sums[at] as number) + (data[from + at] as number) * weight;
    }
    const to = row * stride;
    for (let at = 0; at < stride; at += 1) out[to + at] = toByte(sums[at] as number);
  }
  return out;
}
