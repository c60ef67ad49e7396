import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toPixelTensor } from "../vision/pixel-tensor.ts";
import { createPictureReader, type PictureReader } from "./picture-reader.ts";

/** Written by models/reference/make_siglip_images.py with transformers' image processor. */
interface Expected {
  /** By side of the square: every how many pixels one was kept. */
  steps: Record<string, number>;
  cases: { file: string; samples: Record<string, string> }[];
}

const folder = new URL("../../test/siglip/pictures/", import.meta.url);
const { steps, cases } = JSON.parse(await readFile(new URL("expected.json", folder), "utf8")) as Expected;
const readers = new Map<number, PictureReader>();

beforeAll(() => {
  for (const side of Object.keys(steps).map(Number)) readers.set(side, createPictureReader({ side, filter: "bilinear" }));
});

afterAll(() => Promise.all(Array.from(readers.values(), (reader) => reader.close())));

test("there are at least 30 odd pictures", () => expect(cases.length).toBeGreaterThanOrEqual(30));

test.each(cases)("$file: the tensor is that of transformers within a 255th", async ({ file, samples }) => {
  const bytes = await readFile(new URL(file, folder));
  for (const [side, reader] of readers) {
    const { pixels } = await reader.read(bytes, { name: file });
    const tensor = toPixelTensor(pixels, { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] });
    const expected = Buffer.from(samples[side] as string, "base64");
    const step = steps[side] as number;
    const across = side / step;
    const differences = Array.from(expected, (value, index) => {
      const [channel, row, column] = [Math.floor(index / across ** 2), Math.floor(index / across) % across, index % across];
      const place = channel * side * side + (row * step + step / 2) * side + column * step + step / 2;
      // A step of a file's 256 is 2 / 255 in a tensor from -1 to 1.
      return Math.abs(((tensor[place] as number) - (value / 127.5 - 1)) / 2);
    });
    expect(Math.max(...differences)).toBeLessThanOrEqual(1 / 255 + 1e-6);
  }
});
