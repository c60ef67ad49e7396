import sharp, { type Sharp } from "sharp";

/** Red, green and blue, 0 to 1. */
export type Color = readonly [red: number, green: number, blue: number];

/** The colour of a place; a picture is 4 units wide and 3 high. */
export type Shader = (x: number, y: number) => Color;

const unitsWide = 4;

/** "#8a5a33" */
export function color(hex: string): Color {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}

export function mix(one: Color, other: Color, share: number): Color {
  const at = (channel: 0 | 1 | 2) => one[channel] + (other[channel] - one[channel]) * share;
  return [at(0), at(1), at(2)];
}

/** Lighter with more than 0, darker with less; 1 is twice as light. */
export function tone([red, green, blue]: Color, amount: number): Color {
  const factor = 1 + amount;
  return [red * factor, green * factor, blue * factor];
}

/** A picture of a material. */
export function paint(shader: Shader, { width, height }: { width: number; height: number }): Sharp {
  return sharp(paintPixels(shader, { width, height }), { raw: { width, height, channels: 3 } });
}

/** A picture cut out of its rectangle. @param isInside of shares from -1 to 1 */
export function paintCut(
  shader: Shader,
  { width, height }: { width: number; height: number },
  isInside: (x: number, y: number) => boolean,
): Sharp {
  const rgb = paintPixels(shader, { width, height });
  const rgba = Buffer.alloc(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    rgba.set(rgb.subarray(pixel * 3, pixel * 3 + 3), pixel * 4);
    // Four samples a pixel: a soft edge is what soft masks are for.
    const samples = [0.25, 0.75].flatMap((dx) => [0.25, 0.75].map((dy) => [(pixel % width) + dx, Math.floor(pixel / width) + dy] as const));
    const inside = samples.filter(([x, y]) => isInside((x / width) * 2 - 1, (y / height) * 2 - 1)).length;
    rgba[pixel * 4 + 3] = Math.round((inside / samples.length) * 255);
  }
  return sharp(rgba, { raw: { width, height, channels: 4 } });
}

function paintPixels(shader: Shader, { width, height }: { width: number; height: number }): Buffer {
  const pixels = Buffer.alloc(width * height * 3);
  const scale = unitsWide / width;
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 3) {
      const [red, green, blue] = shader((x + 0.5) * scale, (y + 0.5) * scale);
      pixels[at] = toByte(red);
      pixels[at + 1] = toByte(green);
      pixels[at + 2] = toByte(blue);
    }
  }
  return pixels;
}

function toByte(share: number): number {
  return Math.round(Math.min(1, Math.max(0, share)) * 255);
}
