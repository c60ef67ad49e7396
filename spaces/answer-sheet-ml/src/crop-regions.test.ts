import { cropField } from "@repo/engine-onnx/vision/crop-field";
import type { Box } from "@repo/engine-onnx/vision/gray-image";
import { expect, test } from "vitest";
import { drawSheet, fieldBoxes, pageHeight, pageWidth } from "../test/draw-sheet.ts";
import { cropRegions } from "./crop-regions.ts";
import type { Reader } from "./load-models.ts";
import { toSheetPage } from "./sheet-page.ts";

const text = { register: "212223240017", subject: "19AI405" };
const reader = { width: 256, height: 32, isStretched: false, facts: { temperature: 1 } } as Reader;
const readers = { register_number: reader, subject_code: reader };

function toPage(image: ReturnType<typeof drawSheet>) {
  return toSheetPage({ ...image, index: 1, count: 1, dpi: 175, type: "png", readMs: 0 });
}

/** The upright box around a box that was turned about the page's middle, as a detector draws it. */
function turnBox([x, y, width, height]: Box, degrees: number): Box {
  const [sine, cosine] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  const [dx, dy] = [x + width / 2 - pageWidth / 2, y + height / 2 - pageHeight / 2];
  const [middleX, middleY] = [pageWidth / 2 + dx * cosine - dy * sine, pageHeight / 2 + dx * sine + dy * cosine];
  const [newWidth, newHeight] = [width * cosine + height * Math.abs(sine), height * cosine + width * Math.abs(sine)];
  return [middleX - newWidth / 2, middleY - newHeight / 2, newWidth, newHeight];
}

/** Mean difference of two crops' pixels, which are -1 to 1. */
function distance(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] as number)), 0) / a.length;
}

test.for([-3, -1, 1, 3])("a field that slants by %d degrees is cropped as if it did not", (skew) => {
  const region = { field: "register_number", box: fieldBoxes.register_number, score: 1 } as const;
  const [straight] = cropRegions(toPage(drawSheet(text)), [region], readers, 0);
  const slanted = { ...region, box: turnBox(region.box, skew) };
  const page = toPage(drawSheet({ ...text, skew }));
  const [turned] = cropRegions(page, [slanted], readers, skew);
  const untreated = cropField(page, slanted.box, { width: reader.width, dpi: page.dpi });
  const reference = straight?.pixels as Float32Array;
  expect(distance(turned?.pixels as Float32Array, reference)).toBeLessThan(0.6 * distance(untreated?.pixels as Float32Array, reference));
});

test("a region at the edge is cropped as far as it goes, one beside the page is left out", () => {
  const page = toPage(drawSheet(text));
  const boxes: Box[] = [
    [-20, -20, 200, 60],
    [pageWidth - 30, pageHeight - 30, 500, 500],
    [pageWidth + 10, 10, 50, 50],
    [10, -500, 50, 50],
  ];
  const crops = cropRegions(
    page,
    boxes.map((box) => ({ field: "subject_code", box, score: 1 }) as const),
    readers,
    2,
  );
  expect(crops.map(({ region }) => region.box)).toEqual(boxes.slice(0, 2));
});

test("where perspective makes the field slant though the page does not, it is straightened by what stands around it", () => {
  const region = { field: "register_number", box: fieldBoxes.register_number, score: 1 } as const;
  const [straight] = cropRegions(toPage(drawSheet(text)), [region], readers, 0);
  const slanted = { ...region, box: turnBox(region.box, 2.5) };
  const [turned] = cropRegions(toPage(drawSheet({ ...text, skew: 2.5 })), [slanted], readers, 0);
  const untreated = cropField(toPage(drawSheet({ ...text, skew: 2.5 })), slanted.box, { width: reader.width, dpi: 175 });
  const reference = straight?.pixels as Float32Array;
  expect(distance(turned?.pixels as Float32Array, reference)).toBeLessThan(0.6 * distance(untreated?.pixels as Float32Array, reference));
});
