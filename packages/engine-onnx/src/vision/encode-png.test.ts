import sharp from "sharp";
import { expect, test } from "vitest";
import { encodePng } from "./encode-png.ts";

test("another decoder reads the same pixels", async () => {
  const image = { width: 7, height: 5, gray: Uint8Array.from({ length: 35 }, (_, index) => (index * 97) % 256) };
  const { data, info } = await sharp(encodePng(image)).toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: 7, height: 5, channels: 1 });
  expect([...data]).toEqual([...image.gray]);
});
