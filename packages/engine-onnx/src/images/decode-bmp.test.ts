import { expect, test } from "vitest";
import { makeBmp } from "../../test/make-pictures.ts";
import { decodeBmp } from "./decode-bmp.ts";

const limits = { maxInputPixels: 1000 };
const palette = [
  [0, 0, 0],
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 255],
];
const [black, red, green, white] = palette as [number[], number[], number[], number[]];

function rowsOf(bytes: Uint8Array): number[][][] {
  const { width, height, data } = decodeBmp(bytes, limits);
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (__, x) => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)]),
  );
}

test("24 bits are read from the lowest row up, rows begin at multiples of four, and the resolution is known", () => {
  const bytes = makeBmp({ width: 1, height: 2, bits: 24, pixels: [0, 0, 255, 0, 0, 255, 0, 0] });
  expect(rowsOf(bytes)).toEqual([[green], [red]]);
  expect(decodeBmp(bytes, limits).dpi).toBe(300);
});

test("a negative height is read from the highest row down", () => {
  expect(rowsOf(makeBmp({ width: 1, height: -2, bits: 24, pixels: [0, 0, 255, 0, 0, 255, 0, 0] }))).toEqual([[red], [green]]);
});

test.each([
  [1, [0b0100_0000, 0, 0, 0], [black, red, black]],
  [4, [0x12, 0x30, 0, 0], [red, green, white]],
  [8, [3, 2, 1, 0], [white, green, red]],
])("%s bits are looked up in the palette", (bits, pixels, expected) => {
  expect(rowsOf(makeBmp({ width: 3, height: 1, bits, palette: palette.slice(0, 1 << bits), pixels }))).toEqual([expected]);
});

test("16 and 32 bits are read by their fixed layout and by masks", () => {
  expect(rowsOf(makeBmp({ width: 2, height: 1, bits: 16, pixels: [0x00, 0x7c, 0xe0, 0x03] }))).toEqual([[red, green]]);
  expect(rowsOf(makeBmp({ width: 1, height: 1, bits: 32, pixels: [0, 0, 255, 0] }))).toEqual([[red]]);
  // Masks of 32 bits that swap red and blue; they stand where a palette would.
  const masked = makeBmp({
    width: 1,
    height: 1,
    bits: 32,
    compression: 3,
    palette: [
      [0, 0, 255],
      [0, 255, 0],
      [255, 0, 0],
    ],
    pixels: [255, 0, 0, 0],
  });
  expect(rowsOf(masked)).toEqual([[red]]);
});

test("run-length encoding: runs, literals, jumps and the ends of lines and of the picture", () => {
  const pixels = [2, 1, 0, 3, 3, 2, 1, 0, 0, 0, 0, 2, 4, 0, 1, 3, 0, 1];
  expect(rowsOf(makeBmp({ width: 5, height: 2, bits: 8, compression: 1, palette, pixels }))).toEqual([
    [black, black, black, black, white],
    [red, red, white, green, red],
  ]);
  expect(rowsOf(makeBmp({ width: 5, height: 1, bits: 4, compression: 2, palette, pixels: [3, 0x12, 0, 1] }))).toEqual([
    [red, green, red, black, black],
  ]);
});

test("files that end early, make no sense or are too large are coded errors", () => {
  const reasonOf = (bytes: Uint8Array) => {
    try {
      decodeBmp(bytes, limits);
    } catch (error) {
      return (error as { details?: { reason?: string } }).details?.reason;
    }
    return "none";
  };
  const whole = makeBmp({ width: 3, height: 2, bits: 8, palette, pixels: [3, 2, 1, 0, 3, 2, 1, 0] });
  for (let length = 0; length < whole.length; length += 1) expect(reasonOf(whole.slice(0, length))).toBe("truncated");
  expect(reasonOf(whole)).toBe("none");
  expect(reasonOf(makeBmp({ width: 3, height: 1, bits: 8, compression: 1, palette, pixels: [9, 1] }))).toBe("truncated");
  expect(reasonOf(makeBmp({ width: 0, height: 1, bits: 8, pixels: [] }))).toBe("broken");
  expect(reasonOf(makeBmp({ width: 1, height: 1, bits: 7, pixels: [] }))).toBe("broken");
  expect(reasonOf(makeBmp({ width: 1, height: 1, bits: 24, compression: 4, pixels: [] }))).toBe("broken");
  expect(reasonOf(makeBmp({ width: 60_000, height: 60_000, bits: 24, pixels: [] }))).toBe("too_many_pixels");
});
