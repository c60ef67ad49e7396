import { expect, test } from "vitest";
import type { TensorData } from "../worker-protocol.ts";
import { cropField, cutOut } from "./crop-field.ts";
import { decodeDetections } from "./decode-detections.ts";
import type { GrayImage } from "./gray-image.ts";
import { fromLetterbox, letterbox } from "./letterbox.ts";
import { resizeGray } from "./resize-gray.ts";
import { rotateQuarters } from "./rotate.ts";
import { measureOverlap, suppressOverlaps } from "./suppress-overlaps.ts";

function toImage(width: number, height: number, at: (x: number, y: number) => number): GrayImage {
  return { width, height, gray: Uint8Array.from({ length: width * height }, (_, index) => at(index % width, Math.floor(index / width))) };
}

test("shrinking averages areas, growing interpolates between centres, and the mean stays", () => {
  const image = toImage(4, 2, (x, y) => x * 10 + y * 100);
  expect([...resizeGray(image, [0, 0, 4, 2], 2, 1)]).toEqual([55, 75]);
  expect([...resizeGray(image, [0, 0, 4, 1], 8, 1)]).toEqual([0, 2.5, 7.5, 12.5, 17.5, 22.5, 27.5, 30]);
  // Areas that cut through pixels: 3 to 2.
  expect([...resizeGray(image, [0, 0, 3, 1], 2, 1)].map((value) => Math.round(value * 1000))).toEqual([3333, 16_667]);
  const noise = toImage(97, 61, (x, y) => (x * 37 + y * 91 + x * y) % 256);
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(resizeGray(noise, [0, 0, 97, 61], 31, 17))).toBeCloseTo(mean(noise.gray), 2);
});

test("a letterbox keeps the shape, lies in the middle on grey, and boxes find their way back", () => {
  const box = letterbox(
    toImage(100, 50, () => 255),
    { width: 60, height: 80 },
  );
  expect(box.tensor.dims).toEqual([1, 1, 80, 60]);
  expect(box).toMatchObject({ scale: 0.6, left: 0, top: 25 });
  const row = (y: number) => (box.tensor.data as Float32Array)[y * 60 + 30];
  expect([row(24), row(25), row(54), row(55)]).toEqual([114 / 255, 1, 1, 114 / 255].map(Math.fround));
  expect(fromLetterbox([6, 31, 12, 6], box).map((value) => Math.round(value))).toEqual([10, 10, 20, 10]);
});

const options = { classes: 2, minScore: 0.25 };
const expected = [
  { box: [80, 40, 40, 20], score: 0.9, classId: 0 },
  { box: [10, 20, 20, 10], score: 0.5, classId: 1 },
];

function tensor(dims: number[], values: number[]): TensorData {
  return { type: "float32", data: Float32Array.from(values), dims };
}

function rounded(found: ReturnType<typeof decodeDetections>): unknown {
  return found.map(({ box, score, classId }) => ({
    box: box.map((value) => Math.round(value * 100) / 100),
    score: Math.round(score * 100) / 100,
    classId,
  }));
}

test("the same regions are read from each of the three layouts", () => {
  // Three places; the last one is not certain enough.
  const anchorFree = tensor([1, 6, 3], [100, 20, 5, 50, 25, 5, 40, 20, 5, 20, 10, 5, 0.9, 0.1, 0.2, 0.1, 0.5, 0.2]);
  const objectness = tensor([1, 3, 7], [100, 50, 40, 20, 1, 0.9, 0.1, 20, 25, 20, 10, 0.5, 0.1, 1, 5, 5, 5, 5, 0.2, 1, 1]);
  const endToEnd = tensor([1, 3, 6], [80, 40, 120, 60, 0.9, 0, 10, 20, 30, 30, 0.5, 1, 0, 0, 5, 5, 0.1, 1]);
  for (const output of [anchorFree, objectness, endToEnd]) expect(rounded(decodeDetections(output, options))).toEqual(expected);
});

test("a shape that is no layout is an error; numbers that are none and boxes without a size are left out", () => {
  expect(() => decodeDetections(tensor([1, 85, 3], []), options)).toThrow(/no known layout/);
  const places = [Number.NaN, 20, 5, 50, 25, 5, 40, 20, 0, 20, 10, 5, 0.9, Number.NaN, 0.9, 0.1, Number.NaN, 0.2];
  expect(decodeDetections(tensor([1, 6, 3], places), { ...options, layout: "anchor-free" })).toEqual([]);
});

test("of regions on each other the best stays, other classes and other places stay too", () => {
  const at = (x: number, score: number, classId = 0) => ({ box: [x, 0, 10, 10] as const, score, classId });
  const kept = suppressOverlaps([at(1, 0.6), at(0, 0.9), at(2, 0.7, 1), at(30, 0.3), at(3, 0.8)]);
  expect(kept.map(({ score }) => score)).toEqual([0.9, 0.7, 0.3]);
  expect(suppressOverlaps([at(0, 0.1), at(20, 0.2), at(40, 0.3)], { maxPerClass: 2 }).map(({ score }) => score)).toEqual([0.3, 0.2]);
  // On one place, two classes: the far weaker one goes, where that is asked for.
  const rivals = [at(0, 0.9), at(1, 0.4, 1), at(20, 0.4, 1)];
  expect(suppressOverlaps(rivals).map(({ score }) => score)).toEqual([0.9, 0.4, 0.4]);
  expect(suppressOverlaps(rivals, { minRivalShare: 0.5 }).map(({ box }) => box[0])).toEqual([0, 20]);
  expect(suppressOverlaps(rivals, { minRivalShare: 0.4 })).toHaveLength(3);
  expect(measureOverlap([0, 0, 2, 2], [1, 1, 2, 2])).toBeCloseTo(1 / 7, 9);
  expect(measureOverlap([0, 0, 2, 2], [2, 0, 2, 2])).toBe(0);
});

test("the ends of a region are those that most of its detections see, where that is asked for", () => {
  const seen = [
    [0, 100, 0.9],
    [-12, 110, 0.6],
    [-10, 90, 0.5],
    [2, 130, 0.5],
    [-40, 200, 0.2],
    [400, 500, 0.8],
  ] as const;
  const detections = seen.map(([left, right, score]) => ({ box: [left, 0, right - left, 20] as const, score, classId: 0 }));
  expect(suppressOverlaps(detections, { endShares: { 1: 0 } })[0]?.box).toEqual([0, 0, 100, 20]);
  const [wide, other] = suppressOverlaps(detections, { endShares: { 0: 0 } });
  // The weakest one and the one elsewhere have no say.
  expect(wide?.box).toEqual([-12, 0, 142, 20]);
  expect(other?.box).toEqual([400, 0, 100, 20]);
  expect(suppressOverlaps(detections, { endShares: { 0: 0.4 } })[0]?.box).toEqual([-10, 0, 120, 20]);
});

test("a field is cut out with a margin, scaled to the reader's height and filled up with paper", () => {
  const page = toImage(200, 100, (x, y) => (x >= 50 && x < 110 && y >= 40 && y < 60 ? 0 : 255));
  const crop = cropField(page, [50, 40, 60, 20], { width: 192 });
  expect(crop?.box).toEqual([47, 37, 66, 26]);
  const pixel = (x: number, y: number) => crop?.pixels[y * 192 + x];
  expect([pixel(0, 0), pixel(40, 16), pixel(191, 16)]).toEqual([1, -1, 1]);
  // 66 of 26 is 81 of 32: behind is paper.
  expect(pixel(81, 16)).toBe(1);
  expect(cropField(page, [50, 40, 60, 20], { width: 40 })?.pixels[16 * 40 + 20]).toBe(-1);
  expect(cropField(page, [190, 90, 60, 60], { width: 40 })?.box).toEqual([181, 81, 19, 19]);
  expect(cropField(page, [300, 40, 60, 20], { width: 40 })).toBeUndefined();
  // The margins' bounds grow with the resolution; the ends have room for more.
  expect(
    cropField(
      toImage(400, 400, () => 255),
      [100, 100, 200, 100],
      { width: 40, dpi: 100 },
    )?.box,
  ).toEqual([90, 95, 220, 110]);
});

test("a stretched crop fills the reader's width", () => {
  const page = toImage(100, 100, () => 0);
  expect(cropField(page, [40, 40, 20, 20], { width: 128, isStretched: true })?.pixels.every((value) => value === -1)).toBe(true);
});

test("a cut-out holds the pixels inside the box only", () => {
  const image = toImage(5, 4, (x, y) => y * 10 + x);
  expect(cutOut(image, [3, 2, 9, 9])).toEqual({ width: 2, height: 2, gray: Uint8Array.of(23, 24, 33, 34) });
  expect(cutOut(image, [9, 9, 2, 2])).toBeUndefined();
});

test("quarter turns go clockwise, and four of them are none", () => {
  const image = toImage(3, 2, (x, y) => y * 3 + x);
  expect(rotateQuarters(image, 90)).toEqual({ width: 2, height: 3, gray: Uint8Array.of(3, 0, 4, 1, 5, 2) });
  expect(rotateQuarters(image, 180)).toEqual({ width: 3, height: 2, gray: Uint8Array.of(5, 4, 3, 2, 1, 0) });
  expect(rotateQuarters(image, 270)).toEqual({ width: 2, height: 3, gray: Uint8Array.of(2, 5, 1, 4, 0, 3) });
  const large = toImage(131, 77, (x, y) => (x * 7 + y * 13) % 256);
  expect(rotateQuarters(rotateQuarters(large, 90), 270)).toEqual(large);
  expect(rotateQuarters(rotateQuarters(large, 90), 90)).toEqual(rotateQuarters(large, 180));
});
