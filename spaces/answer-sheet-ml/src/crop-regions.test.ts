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

/** By how many rows the writing of a crop sinks from its left end to its right end: 0 when it stands straight. */
function measureFall(pixels: Float32Array): number {
  const { width, height } = reader;
  const ink = (x: number, y: number): number => 1 - (pixels[y * width + x] as number);
  const columns = Array.from({ length: width }, (_, x) => x).filter((x) => Array.from({ length: height }).some((_, y) => ink(x, y) > 1));
  const middle = (some: readonly number[]): number => {
    const points = some.flatMap((x) => Array.from({ length: height }, (_, y) => ({ y, ink: ink(x, y) > 1 ? 1 : 0 })));
    return points.reduce((sum, point) => sum + point.y * point.ink, 0) / points.reduce((sum, point) => sum + point.ink, 0);
  };
  const third = Math.floor(columns.length / 3);
  return middle(columns.slice(-third)) - middle(columns.slice(0, third));
}

/** The crop of a register number that slants, on a page that is said to slant by `page`. */
function cropSlanted(skew: number, page: number): { turned: Float32Array; untreated: Float32Array } {
  const region = { field: "register_number", box: turnBox(fieldBoxes.register_number, skew), score: 1 } as const;
  const sheet = toPage(drawSheet({ ...text, skew }));
  const [turned] = cropRegions(sheet, [region], readers, page);
  const untreated = cropField(sheet, region.box, { width: reader.width, dpi: sheet.dpi });
  return { turned: turned?.pixels as Float32Array, untreated: untreated?.pixels as Float32Array };
}

test.for([-3, -1, 1, 3])("a field that slants by %d degrees is cropped as if it did not", (skew) => {
  const straight = measureFall(cropSlanted(0, 0).turned);
  const { turned, untreated } = cropSlanted(skew, skew);
  expect(Math.abs(measureFall(untreated) - straight)).toBeGreaterThan(1);
  expect(Math.abs(measureFall(turned) - straight)).toBeLessThan(0.6);
});

test("where perspective makes the field slant though the page does not, it is straightened by what stands around it", () => {
  const straight = measureFall(cropSlanted(0, 0).turned);
  const { turned, untreated } = cropSlanted(2.5, 0);
  expect(Math.abs(measureFall(untreated) - straight)).toBeGreaterThan(2);
  expect(Math.abs(measureFall(turned) - straight)).toBeLessThan(0.6);
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
