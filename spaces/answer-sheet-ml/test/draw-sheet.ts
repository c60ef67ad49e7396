import type { Box, GrayImage } from "@repo/engine-onnx/vision/gray-image";
import { rotateQuarters, rotateSlightly } from "@repo/engine-onnx/vision/rotate";
import { bandCount, bandsOf } from "./glyphs.ts";

export const pageWidth = 1536;
export const pageHeight = 2048;
/** The page's dark header, by which test/tiny-models.ts tells what is up. */
export const headerHeight = 80;

/** Where the fields stand, pixels. */
export const fieldBoxes: Readonly<Record<"register_number" | "subject_code", Box>> = {
  register_number: [300, 400, 830, 96],
  subject_code: [300, 700, 620, 96],
};

/** The reader's crop is this much taller than the box on each side: 10 pixels at 200 dpi of a page of 175. */
const margin = 8.75;
const glyphWidth = 30;
const glyphStep = 66;

/** What stands on a drawn sheet. */
export interface SheetText {
  register?: string;
  subject?: string;
  /** The page lies on its side or its head: turned clockwise by so much. */
  turned?: 0 | 90 | 180 | 270;
  /** Slant, degrees clockwise. */
  skew?: number;
}

/** Draws a sheet that the tiny models can read. */
export function drawSheet({ register = "", subject = "", turned = 0, skew = 0 }: SheetText): GrayImage {
  const gray = new Uint8Array(pageWidth * pageHeight).fill(255);
  const page = { width: pageWidth, height: pageHeight, gray };
  fill(page, [0, 0, pageWidth, headerHeight], 0);
  write(page, fieldBoxes.register_number, register);
  write(page, fieldBoxes.subject_code, subject);
  // Lines of text, for the slant to be seen by; none where a field stands when the page lies on its head.
  for (const from of [1000, 1370, 1670]) {
    for (let y = from; y < from + 180; y += 60) for (let x = 200; x < 1300; x += 50) fill(page, [x, y, 36, 24], 60);
  }
  return rotateQuarters(skew === 0 ? page : rotateSlightly(page, skew), turned);
}

function write(page: GrayImage, [x, y, , height]: Box, text: string): void {
  const band = (height + 2 * margin) / bandCount;
  for (const [index, character] of Array.from(text).entries()) {
    for (const bar of bandsOf(character)) fill(page, [x + 10 + index * glyphStep, y - margin + bar * band + 1, glyphWidth, band - 2], 30);
  }
}

function fill({ width, gray }: GrayImage, [left, top, boxWidth, boxHeight]: Box, value: number): void {
  for (let y = Math.round(top); y < Math.round(top + boxHeight); y += 1) {
    gray.fill(value, y * width + left, y * width + left + boxWidth);
  }
}
