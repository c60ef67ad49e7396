import { expect, test } from "vitest";
import { exponential } from "./exponential.ts";

test("it is e^x to a part in a hundred million, over its whole range", () => {
  let worst = 0;
  for (let x = -40; x <= 0; x += 0.000_37) worst = Math.max(worst, Math.abs(exponential(x) / Math.exp(x) - 1));
  expect(worst).toBeLessThan(1e-8);
  expect(exponential(0)).toBe(1);
  expect(exponential(-0)).toBe(1);
});
