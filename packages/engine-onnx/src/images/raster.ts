/** Decoded pixels, 8 bits per channel, on white. */
export interface Raster {
  width: number;
  height: number;
  channels: 1 | 3 | 4;
  /** [height * width * channels] */
  data: Uint8Array | Uint8ClampedArray;
}

/** Grey of each pixel: ITU-R BT.601's luma, in 8-bit fixed point, as OpenCV's and Pillow's conversions to grey have it. */
export function toGray({ width, height, channels, data }: Raster): Uint8Array {
  if (channels === 1) return data instanceof Uint8Array ? data : new Uint8Array(data.buffer, data.byteOffset, data.length);
  const gray = new Uint8Array(width * height);
  for (let pixel = 0, at = 0; pixel < gray.length; pixel += 1, at += channels) {
    gray[pixel] = (77 * (data[at] as number) + 150 * (data[at + 1] as number) + 29 * (data[at + 2] as number) + 128) >> 8;
  }
  return gray;
}

/** Red, green and blue of each pixel, [height * width * 3]. */
export function toRgb({ width, height, channels, data }: Raster): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  const step = channels === 1 ? 0 : 1;
  for (let at = 0, from = 0; at < rgb.length; at += 3, from += channels) {
    rgb[at] = data[from] as number;
    rgb[at + 1] = data[from + step] as number;
    rgb[at + 2] = data[from + 2 * step] as number;
  }
  return rgb;
}
