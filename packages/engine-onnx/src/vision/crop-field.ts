import { clampBox, type Box, type GrayImage } from "./gray-image.ts";
import { resizeGray } from "./resize-gray.ts";

/** Options of {@link cropField}. */
export interface CropFieldOptions {
  /** The reader's input, default 32 pixels high. */
  height?: number | undefined;
  width: number;
  /** Resolution of the picture, default 200; the margin's bound depends on it. */
  dpi?: number | undefined;
  /** True for readers that were trained on crops pulled to the full width; default false: the shape is kept. */
  isStretched?: boolean | undefined;
  /** Parts of the box's height added above and below, default 0.15. */
  marginRatio?: number | undefined;
  /** Parts of the box's height added at the left and the right, default `marginRatio`. */
  endMarginRatio?: number | undefined;
}

/** A field as a reader wants it. */
export interface FieldCrop {
  /** Float32 [height * width], (gray / 255 - 0.5) / 0.5: paper +1, ink towards -1; rows of a batch are put together of these. */
  pixels: Float32Array;
  /** The part of the picture it shows, on whole pixels. */
  box: Box;
}

/** At 200 dpi; more would take in the neighbours' writing, which stands closer above and below than beside. */
const maxMarginPixels = 10;
const maxEndMarginPixels = 20;
const paper = 1;

/**
 * Cuts a field out with a margin, scales it to the reader's height and fills up with paper on the right. A field too wide
 * for the reader is squeezed. This is how the crops of the readers' training are made (models/answer-sheets).
 * @returns undefined when the box lies outside the picture.
 */
export function cropField(image: GrayImage, box: Box, options: CropFieldOptions): FieldCrop | undefined {
  const { height = 32, width, dpi = 200, isStretched = false, marginRatio = 0.15, endMarginRatio = marginRatio } = options;
  const across = Math.min(box[3] * endMarginRatio, (maxEndMarginPixels * dpi) / 200);
  const above = Math.min(box[3] * marginRatio, (maxMarginPixels * dpi) / 200);
  const area = clampBox([box[0] - across, box[1] - above, box[2] + 2 * across, box[3] + 2 * above], image);
  if (area === undefined) return undefined;
  const scaledWidth = isStretched ? width : Math.min(width, Math.max(1, Math.round((area[2] * height) / area[3])));
  const scaled = resizeGray(image, area, scaledWidth, height);
  const pixels = new Float32Array(height * width).fill(paper);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < scaledWidth; x += 1) pixels[y * width + x] = (scaled[y * scaledWidth + x] as number) / 127.5 - 1;
  }
  return { pixels, box: area };
}

/** The pixels inside `box` as a picture of their own, for people; undefined when the box lies outside. */
export function cutOut(image: GrayImage, box: Box): GrayImage | undefined {
  const area = clampBox(box, image);
  if (area === undefined) return undefined;
  const [left, top, width, height] = area;
  const gray = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const start = (top + y) * image.width + left;
    gray.set(image.gray.subarray(start, start + width), y * width);
  }
  return { width, height, gray };
}
