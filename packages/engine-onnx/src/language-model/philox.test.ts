import { expect, test } from "vitest";
import { philox, uniformAt } from "./philox.ts";

const hex = (numbers: readonly number[]) => numbers.map((number) => number.toString(16).padStart(8, "0")).join(" ");

test("the generator gives its authors' known answers", () => {
  expect(hex(philox([0, 0, 0, 0], [0, 0]))).toBe("6627e8d5 e169c58d bc57ac4c 9b00dbd8");
  const ones = 0xffffffff;
  expect(hex(philox([ones, ones, ones, ones], [ones, ones]))).toBe("408f276d 41c83b0e a20bc7c6 6d5451fd");
  expect(hex(philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]))).toBe(
    "d16cfe09 94fdcceb 5001e420 24126ea1",
  );
});

test("numbers fill [0, 1) evenly, whatever seed, answer or step counts up", () => {
  const streams = [
    (index: number) => uniformAt(7, 0, index),
    (index: number) => uniformAt(7, index, 3),
    (index: number) => uniformAt(index, 0, 0),
    (index: number) => uniformAt(-index - 1, 0, 0),
  ];
  for (const stream of streams) {
    const bins = Array.from({ length: 16 }, () => 0);
    for (let index = 0; index < 16_000; index += 1) {
      const value = stream(index);
      expect(value >= 0 && value < 1).toBe(true);
      bins[Math.floor(value * 16)] = (bins[Math.floor(value * 16)] as number) + 1;
    }
    const chiSquared = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // 15 degrees of freedom: 44.3 is passed once in 10,000 times, and these streams are always the same.
    expect(chiSquared).toBeLessThan(44.3);
  }
});
