import { expect, test } from "vitest";
import { estimateSkew } from "./estimate-skew.ts";
import type { GrayImage } from "./gray-image.ts";
import { rotateSlightly } from "./rotate.ts";

/** Paper with dotted rules and lines of marks that are about as dense as writing. */
const page: GrayImage = { width: 850, height: 1100, gray: new Uint8Array(850 * 1100).fill(240) };
for (let y = 100; y < 1000; y += 40) {
  for (let x = 80; x < 780; x += 1) {
    if (x % 6 < 3) page.gray[y * 850 + x] = 60;
    if ((x * 7 + y) % 11 < 5) for (let up = 6; up < 6 + ((x * 13 + y) % 15); up += 1) page.gray[(y - up) * 850 + x] = 50;
  }
}

test.each([-4.2, -1.35, -0.2, 0, 0.5, 2.8])("a page turned by %s degrees is found, and lies straight when it is turned back", (degrees) => {
  const turned = rotateSlightly(page, degrees);
  const skew = estimateSkew(turned);
  expect(Math.abs(skew.degrees - degrees)).toBeLessThanOrEqual(0.11);
  expect(Math.abs(estimateSkew(rotateSlightly(turned, -skew.degrees)).degrees)).toBeLessThanOrEqual(0.11);
});

test("an empty page and noise lie straight", () => {
  expect(estimateSkew({ width: 300, height: 400, gray: new Uint8Array(300 * 400).fill(255) })).toEqual({
    degrees: 0,
    sharpness: 0,
    isKnown: false,
  });
  let state = 1;
  const noise = Uint8Array.from({ length: 300 * 400 }, () => (state = (state * 48_271) % 2_147_483_647) % 256);
  expect(estimateSkew({ width: 300, height: 400, gray: noise }).degrees).toBe(0);
  expect(estimateSkew({ width: 1, height: 1, gray: Uint8Array.of(0) }).degrees).toBe(0);
});
