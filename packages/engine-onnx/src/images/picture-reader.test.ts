import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import { makePdf } from "../../test/make-pdf.ts";
import { toPixelTensor } from "../vision/pixel-tensor.ts";
import { createPictureReader, type PictureReader } from "./picture-reader.ts";
import type { ResampleFilter } from "./resample.ts";

interface Reference {
  side: number;
  tensor: { picture: string; values: number[] };
  pictures: { name: string; filter: ResampleFilter; file: string; pixels: string }[];
}

const file = new URL("../../test/picture-pixels/reference.json", import.meta.url);
const reference = JSON.parse(await readFile(file, "utf8")) as Reference;
const { side } = reference;
const readers: Record<ResampleFilter, PictureReader> = {
  bilinear: createPictureReader({ side, filter: "bilinear" }),
  bicubic: createPictureReader({ side, filter: "bicubic" }),
};
afterAll(() => Promise.all(Object.values(readers).map((reader) => reader.close())));

const fromBase64 = (text: string) => new Uint8Array(Buffer.from(text, "base64"));

test.each(reference.pictures)("$name: every pixel is within one level of the reference's", async ({ filter, file: data, pixels }) => {
  const picture = await readers[filter].read(fromBase64(data));
  const expected = fromBase64(pixels);
  expect(picture.pixels).toHaveLength(expected.length);
  const largest = Math.max(...expected.map((value, at) => Math.abs(value - (picture.pixels[at] as number))));
  expect(largest).toBeLessThanOrEqual(1);
});

test("lossless files come out to the bit as the reference has them", async () => {
  const exact = reference.pictures.filter(({ name }) => /PNG|BMP|LZW|lossless/.test(name) && !/transparen/.test(name));
  expect(exact.length).toBeGreaterThan(12);
  const others: string[] = [];
  for (const { name, filter, file: data, pixels } of exact) {
    const picture = await readers[filter].read(fromBase64(data));
    if (!Buffer.from(picture.pixels).equals(fromBase64(pixels))) others.push(name);
  }
  expect(others).toEqual([]);
});

test("the tensor has the reference's numbers, channel after channel", async () => {
  const [first] = reference.pictures;
  const picture = await readers.bilinear.read(fromBase64(first?.file as string));
  const tensor = toPixelTensor(picture.pixels, { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] });
  const plane = side * side;
  const values = [0, 1, 2].flatMap((channel) => [...tensor.subarray(channel * plane, channel * plane + 4)]);
  expect(values).toHaveLength(reference.tensor.values.length);
  for (const [at, value] of values.entries()) expect(value).toBeCloseTo(reference.tensor.values[at] as number, 6);
});

test("the size in the file is told, upright", async () => {
  const data = await sharp({ create: { width: 40, height: 20, channels: 3, background: "#808080" } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  expect(await readers.bilinear.read(data)).toMatchObject({ width: 20, height: 40, type: "jpeg" });
});

test.each<[string, () => Uint8Array | Promise<Uint8Array>, object]>([
  ["nothing", () => new Uint8Array(), { code: "invalid_request", details: { reason: "empty" } }],
  ["text", () => Buffer.from("not a picture at all"), { code: "unsupported_media_type", details: { reason: "unknown_type" } }],
  ["a PDF", () => makePdf([{ content: "" }]), { code: "unsupported_media_type", details: { reason: "unknown_type" } }],
  [
    "half a JPEG",
    async () =>
      (
        await sharp(Buffer.alloc(300 * 300 * 3, 77), { raw: { width: 300, height: 300, channels: 3 } })
          .png()
          .toBuffer()
      ).subarray(0, 150),
    { code: "invalid_request" },
  ],
])("%s is refused with its reason", async (_, make, error) => {
  await expect(readers.bilinear.read(await make())).rejects.toMatchObject(error);
});

test("pixels and bytes over the limit are refused before they are decoded", async () => {
  const reader = createPictureReader({ side, filter: "bilinear", maxInputPixels: 1000, maxFileBytes: 5000 });
  const large = await sharp({ create: { width: 100, height: 100, channels: 3, background: "#808080" } })
    .png()
    .toBuffer();
  await expect(reader.read(large)).rejects.toMatchObject({ code: "payload_too_large", details: { reason: "too_many_pixels" } });
  await expect(reader.read(new Uint8Array(5001))).rejects.toMatchObject({ details: { reason: "too_many_bytes" } });
  await reader.close();
});

test("a caller that leaves and a deadline that passes stop the waiting", async () => {
  const data = fromBase64(reference.pictures[0]?.file as string);
  await expect(readers.bilinear.read(data, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "cancelled" });
  await expect(readers.bilinear.read(data, { deadlineAt: Date.now() - 1 })).rejects.toMatchObject({ code: "deadline_exceeded" });
});
