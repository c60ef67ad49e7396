import type { TensorData } from "../worker-protocol.ts";
import type { Box, GrayImage } from "./gray-image.ts";
import { resizeGray } from "./resize-gray.ts";

/** A picture in a detector's input, and how to find the way back. */
export interface Letterbox {
  /** Float32 [1, 1, height, width], gray / 255. */
  tensor: TensorData;
  /** Input pixels per pixel of the picture. */
  scale: number;
  /** Where the picture's corner lies in the input, pixels. */
  left: number;
  top: number;
}

/** Grey of the border, of 255 (ultralytics' LetterBox). */
const borderGray = 114;

/**
 * Scales a picture into a detector's input, its shape kept, in the middle of a grey border.
 * Source: ultralytics, data/augment.py, LetterBox with center=True, auto=False, scaleup=True.
 */
export function letterbox(image: GrayImage, size: { width: number; height: number }): Letterbox {
  const scale = Math.min(size.width / image.width, size.height / image.height);
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  // The odd pixel goes to the right and to the bottom.
  const left = Math.floor((size.width - width) / 2);
  const top = Math.floor((size.height - height) / 2);
  const scaled = resizeGray(image, [0, 0, image.width, image.height], width, height);
  const data = new Float32Array(size.width * size.height).fill(borderGray / 255);
  for (let y = 0; y < height; y += 1) {
    const target = (top + y) * size.width + left;
    for (let x = 0; x < width; x += 1) data[target + x] = (scaled[y * width + x] as number) / 255;
  }
  return { tensor: { type: "float32", data, dims: [1, 1, size.height, size.width] }, scale, left, top };
}

/** A box in the detector's input as a box of the picture; it may reach over the picture's edge. */
export function fromLetterbox(box: Box, { scale, left, top }: Omit<Letterbox, "tensor">): Box {
  return [(box[0] - left) / scale, (box[1] - top) / scale, box[2] / scale, box[3] / scale];
}
