import { expect, test } from "vitest";
import { createServiceRate } from "./service-rate.ts";

test("the first measurement replaces the guess, later ones move it by the tokens they stand for", () => {
  const rate = createServiceRate(1000);
  expect(rate.msPerToken).toBe(1);
  expect(rate.isMeasured).toBe(false);
  rate.add(256, 512);
  expect(rate.msPerToken).toBe(2);
  rate.add(1, 1000);
  expect(rate.msPerToken).toBeLessThan(2.2);
  for (let batch = 0; batch < 200; batch += 1) rate.add(256, 128);
  expect(rate.msPerToken).toBeCloseTo(0.5, 1);
});

test("a batch without tokens or with a clock that went backwards changes nothing", () => {
  const rate = createServiceRate(1000);
  rate.add(0, 10);
  rate.add(10, -1);
  expect(rate.isMeasured).toBe(false);
});
