/** Decoded pixels in sRGB, 8 bits a channel, row by row. */
export interface Raster {
  width: number;
  height: number;
  /** Grey; red, green, blue; or these and how opaque the pixel is, colours not multiplied by it. */
  channels: 1 | 3 | 4;
  /** [height * width * channels] */
  data: Uint8Array;
}

/** Whether a pixel can be seen through. */
export function hasTransparency({ channels, data }: Raster): boolean {
  if (channels !== 4) return false;
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return true;
  return false;
}

/** Same pixels with other channels: grey becomes colour, and what has no transparency is opaque. */
export function toChannels(raster: Raster, channels: 3 | 4): Raster {
  if (raster.channels >= channels) return raster;
  const { width, height, data } = raster;
  const result = new Uint8Array(width * height * channels).fill(255);
  const step = raster.channels === 1 ? 0 : 1;
  for (let from = 0, to = 0; to < result.length; from += raster.channels, to += channels) {
    result[to] = data[from] as number;
    result[to + 1] = data[from + step] as number;
    result[to + 2] = data[from + 2 * step] as number;
  }
  return { width, height, channels, data: result };
}
