import { assert, double, property } from "fast-check";
import { expect, test } from "vitest";
import { calibrate, type Calibration } from "./calibrate.ts";

const points: Calibration = {
  kind: "points",
  points: [
    [0.2, 0.1],
    [0.8, 0.5],
    [0.9, 0.5],
    [1, 0.95],
  ],
};

test("points are joined by straight lines and hold beyond the ends", () => {
  expect([0, 0.2, 0.5, 0.85, 0.95, 1].map((value) => Math.round(calibrate(value, points) * 1000) / 1000)).toEqual([
    0.1, 0.1, 0.3, 0.5, 0.725, 0.95,
  ]);
});

test("a slope of 1 without intercept changes nothing, and a smaller one makes confidence modest", () => {
  expect(calibrate(0.9, { kind: "platt", slope: 1, intercept: 0 })).toBeCloseTo(0.9, 9);
  expect(calibrate(0.9, { kind: "platt", slope: 0.5, intercept: 0 })).toBeCloseTo(0.75, 9);
  expect(calibrate(1, { kind: "platt", slope: 0.5, intercept: 0 })).toBeLessThan(1);
  expect(calibrate(0, { kind: "platt", slope: 0.5, intercept: 0 })).toBeGreaterThan(0);
});

test("order is kept, and what comes out is a probability", () => {
  const confidence = double({ min: -0.5, max: 1.5, noNaN: true });
  assert(
    property(confidence, confidence, (a, b) => {
      for (const calibration of [undefined, points, { kind: "platt", slope: 0.7, intercept: -0.4 } as const]) {
        const [low, high] = [calibrate(Math.min(a, b), calibration), calibrate(Math.max(a, b), calibration)];
        expect(low >= 0 && low <= high + 1e-12 && high <= 1).toBe(true);
      }
    }),
  );
});
