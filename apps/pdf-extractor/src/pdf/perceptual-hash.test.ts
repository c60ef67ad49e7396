import sharp from "sharp";
import { expect, test } from "vitest";
import { sections } from "../../sample/catalogue.ts";
import { paint } from "../../sample/shader.ts";
import { hammingDistance, looksTheSame, type PictureLook } from "./perceptual-hash.ts";
import { hashPicture } from "./worker/hash-picture.ts";

async function lookOf(encoded: Buffer): Promise<PictureLook> {
  const { data, info } = await sharp(encoded).raw().toBuffer({ resolveWithObject: true });
  return hashPicture({ width: info.width, height: info.height, channels: info.channels as 1 | 3 | 4, data });
}

const materials = sections.flatMap(({ items }) => items);
const pictures = await Promise.all(materials.map(({ shader }) => paint(shader, { width: 480, height: 360 }).png().toBuffer()));
const looks = await Promise.all(pictures.map(lookOf));

test("the distance of two hashes is the number of their bits that differ", () => {
  expect(hammingDistance("0000000000000000", "0000000000000000")).toBe(0);
  expect(hammingDistance("ffffffffffffffff", "0000000000000000")).toBe(64);
  expect(hammingDistance("8000000000000001", "8000000000000002")).toBe(2);
});

test("of 40 materials no two look the same", () => {
  const alike = looks.flatMap((one, at) =>
    looks
      .slice(at + 1)
      .flatMap((other, offset) => (looksTheSame(one, other) ? [[materials[at]?.name, materials[at + 1 + offset]?.name]] : [])),
  );
  expect(alike).toEqual([]);
});

test.each([480, 320, 160])("a picture scaled to a width of %i and compressed anew looks the same", async (size) => {
  const copies = await Promise.all(pictures.map((picture) => sharp(picture).resize(size).jpeg({ quality: 60 }).toBuffer().then(lookOf)));
  const lost = copies.flatMap((copy, at) => (looksTheSame(copy, looks[at] as PictureLook) ? [] : [materials[at]?.name]));
  expect(lost).toEqual([]);
});

test("the same tile in another colour is another picture", async () => {
  const plain = (background: string) =>
    sharp({ create: { width: 64, height: 64, channels: 3, background } })
      .png()
      .toBuffer()
      .then(lookOf);
  const [blue, green, nearlyBlue] = await Promise.all(["#1f4f9c", "#1f9c4f", "#20509d"].map(plain));
  expect(blue?.perceptualHash).toBe(green?.perceptualHash);
  expect(looksTheSame(blue as PictureLook, green as PictureLook)).toBe(false);
  expect(looksTheSame(blue as PictureLook, nearlyBlue as PictureLook)).toBe(true);
});

test("what is transparent looks white, grey pictures look like coloured ones of the same grey", async () => {
  const clear = await lookOf(
    await sharp({ create: { width: 64, height: 64, channels: 4, background: "#00000000" } })
      .png()
      .toBuffer(),
  );
  expect(clear.colorHash).toBe("f".repeat(24));
  const [gray, colored] = await Promise.all([
    lookOf(await sharp(pictures[16]).toColourspace("b-w").png().toBuffer()),
    lookOf(await sharp(pictures[16]).grayscale().toColourspace("srgb").png().toBuffer()),
  ]);
  expect(looksTheSame(gray as PictureLook, colored as PictureLook)).toBe(true);
});
