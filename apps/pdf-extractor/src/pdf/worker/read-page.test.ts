import sharp from "sharp";
import { expect, test } from "vitest";
import { bitRows, cmykJpeg, type Drawing, fax, halves, jbig2, jpx, rgbJpeg, toSharp } from "../../../test/encode-for-pdf.ts";
import { flateImage, image, makePdf, type MakePdfOptions, type PdfObject, type PdfPageSource } from "../../../test/pdf-file.ts";
import { readHere } from "../../../test/read-here.ts";
import type { PdfOutput } from "../pdf-limits.ts";
import type { EncodedPicture, Picture, PlacedPicture } from "../pdf-page.ts";

async function readPlaced(
  page: PdfPageSource,
  { output = {}, pdf }: { output?: Partial<PdfOutput>; pdf?: MakePdfOptions } = {},
): Promise<PlacedPicture[]> {
  const [read] = await readHere(makePdf([page], pdf), { output });
  expect(read?.warnings).toEqual([]);
  return read?.pictures ?? [];
}

/** The only picture of a page that shows only this image. */
async function readPicture(object: PdfObject, pdf?: MakePdfOptions, paint = "/I Do"): Promise<Picture> {
  const placed = await readPlaced({ content: `q 96 0 0 64 10 20 cm ${paint} Q`, images: { I: object } }, pdf === undefined ? {} : { pdf });
  expect(placed).toHaveLength(1);
  return placed[0]?.picture as Picture;
}

type Color = [red: number, green: number, blue: number];

/** Colours in the middle of the left and of the right half. */
async function halvesOf(encoded: EncodedPicture): Promise<[left: Color, right: Color]> {
  const { data, info } = await sharp(encoded.bytes).toColourspace("srgb").removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (share: number): Color => {
    const from = (Math.floor(info.height / 2) * info.width + Math.floor(info.width * share)) * info.channels;
    return [0, 1, 2].map((channel) => data[from + Math.min(channel, info.channels - 1)]) as Color;
  };
  return [at(0.25), at(0.75)];
}

/** Every channel within so much of what is expected: JPEG and colour conversions round. */
async function expectHalves(picture: Picture, left: Color, right: Color, tolerance = 6): Promise<void> {
  const seen = (await halvesOf(picture.file)).flat();
  const off = [...left, ...right].map((value, at) => Math.abs(value - (seen[at] as number)));
  expect(Math.max(...off), `saw ${seen.join(" ")}`).toBeLessThanOrEqual(tolerance);
}

const [brick, concrete]: [Color, Color] = [
  [160, 60, 40],
  [180, 180, 178],
];
const colored = halves(brick, concrete);
const blackAndWhite = halves([0, 0, 0], [255, 255, 255]);
const { width, height } = colored;

test.each<[string, () => Promise<PdfObject> | PdfObject, Partial<Picture>]>([
  ["deflated RGB", () => flateImage(colored.rgb, width, height), { kind: "raw", colorSpace: "DeviceRGB" }],
  ["JPEG", () => rgbJpeg(colored), { kind: "jpeg", colorSpace: "DeviceRGB" }],
  ["JPEG 2000 that says its own colour space", () => jpx(colored), { kind: "jpx", colorSpace: "unknown" }],
  ["JPEG 2000", () => jpx(colored, "/ColorSpace /DeviceRGB"), { kind: "jpx", colorSpace: "DeviceRGB" }],
])("%s becomes a picture", async (_, encode, facts) => {
  const picture = await readPicture(await encode());
  expect(picture).toMatchObject({ width, height, hasMask: false, strips: 1, ...facts });
  expect(picture.file).toMatchObject({ width, height });
  expect(picture.thumbnail).toMatchObject({ type: "image/webp", width, height });
  await expectHalves(picture, brick, concrete);
});

test.each<[string, () => Promise<PdfObject>, string]>([
  ["fax", () => fax(blackAndWhite), "ccitt"],
  ["JBIG2", () => jbig2(blackAndWhite), "jbig2"],
])("%s becomes a black and white picture", async (_, encode, kind) => {
  const picture = await readPicture(await encode());
  expect(picture).toMatchObject({ width, height, kind, colorSpace: "DeviceGray" });
  await expectHalves(picture, [0, 0, 0], [255, 255, 255], 0);
});

test("one bit a pixel may mean black or white", async () => {
  const bits = bitRows(width, height, (x) => x >= width / 2);
  const plain = await readPicture(flateImage(bits, width, height, "/ColorSpace /DeviceGray /BitsPerComponent 1"));
  expect(plain).toMatchObject({ kind: "raw", colorSpace: "DeviceGray" });
  await expectHalves(plain, [0, 0, 0], [255, 255, 255], 0);
  const inverted = await readPicture(flateImage(bits, width, height, "/ColorSpace /DeviceGray /BitsPerComponent 1 /Decode [1 0]"));
  await expectHalves(inverted, [255, 255, 255], [0, 0, 0], 0);
});

test("a CMYK JPEG as Adobe writes it, inverted, has its colours", async () => {
  const picture = await readPicture(await cmykJpeg(colored));
  expect(picture).toMatchObject({ kind: "jpeg", colorSpace: "DeviceCMYK" });
  // Both convert by a profile, of other printing presses: the hue is the same, the shade nearly.
  await expectHalves(picture, brick, concrete, 40);
  const [left, right] = await halvesOf(picture.file);
  expect(left[0] - left[2]).toBeGreaterThan(80);
  expect(Math.abs(right[0] - right[2])).toBeLessThan(25);
});

test("deflated CMYK has its colours", async () => {
  const cmyk = Uint8Array.from(
    { length: width * height * 4 },
    (_, at) => (Math.floor(at / 4) % width < width / 2 ? [0, 255, 255, 0] : [0, 0, 0, 255])[at % 4] as number,
  );
  const picture = await readPicture(flateImage(cmyk, width, height, "/ColorSpace /DeviceCMYK /BitsPerComponent 8"));
  expect(picture.colorSpace).toBe("DeviceCMYK");
  await expectHalves(picture, [237, 28, 36], [35, 31, 32], 30);
});

test("palettes, spot colours and profiles are converted", async () => {
  const indices = Uint8Array.from({ length: width * height }, (_, at) => (at % width < width / 2 ? 1 : 0));
  const palette = Buffer.from([...concrete, ...brick]).toString("hex");
  const indexed = await readPicture(
    flateImage(indices, width, height, `/ColorSpace [/Indexed /DeviceRGB 1 <${palette}>] /BitsPerComponent 8`),
  );
  expect(indexed.colorSpace).toBe("Indexed");
  await expectHalves(indexed, brick, concrete);

  const tint = "<< /FunctionType 2 /Domain [0 1] /N 1 /C0 [1 1 1] /C1 [0 0.4 0.8] >>";
  const tints = Uint8Array.from({ length: width * height }, (_, at) => (at % width < width / 2 ? 255 : 0));
  const spot = await readPicture(
    flateImage(tints, width, height, `/ColorSpace [/Separation /TileBlue /DeviceRGB ${tint}] /BitsPerComponent 8`),
  );
  expect(spot.colorSpace).toBe("Separation");
  await expectHalves(spot, [0, 102, 204], [255, 255, 255], 2);

  const { icc } = await sharp(await toSharp(colored).withIccProfile("p3").png().toBuffer()).metadata();
  const objects = { 100: { dictionary: "/N 3 /Alternate /DeviceRGB", stream: icc as Uint8Array } };
  const wide = await readPicture(flateImage(colored.rgb, width, height, "/ColorSpace [/ICCBased 100 0 R] /BitsPerComponent 8"), {
    objects,
  });
  expect(wide.colorSpace).toBe("ICCBased 3");
  // Display P3's (160, 60, 40) is redder than sRGB's.
  const [left] = await halvesOf(wide.file);
  expect(left[0]).toBeGreaterThan(brick[0] + 5);

  const lab = Uint8Array.from({ length: width * height * 3 }, (_, at) => [128, 128, 128][at % 3] as number);
  const grey = await readPicture(
    flateImage(lab, width, height, "/ColorSpace [/Lab << /WhitePoint [0.9505 1 1.089] /Range [-128 127 -128 127] >>] /BitsPerComponent 8"),
  );
  // pdf.js takes a square root for sRGB's curve here, and is 9 darker.
  await expectHalves(grey, [119, 119, 119], [119, 119, 119], 12);
});

test("four and sixteen bits a channel are read", async () => {
  const nibbles = Uint8Array.from({ length: (width / 2) * height }, (_, at) => (at % (width / 2) < width / 4 ? 0x00 : 0xff));
  const four = await readPicture(flateImage(nibbles, width, height, "/ColorSpace /DeviceGray /BitsPerComponent 4"));
  expect([four.width, four.height]).toEqual([width, height]);
  await expectHalves(four, [0, 0, 0], [255, 255, 255], 1);
  const words = Uint8Array.from({ length: width * height * 6 }, (_, at) => colored.rgb[Math.floor(at / 2)] as number);
  await expectHalves(await readPicture(flateImage(words, width, height, "/ColorSpace /DeviceRGB /BitsPerComponent 16")), brick, concrete);
});

/** How opaque the left and the right half of a thumbnail are. */
async function opacityOf({ thumbnail }: Picture): Promise<[left: number, right: number]> {
  const { data, info } = await sharp(thumbnail.bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (share: number) => data[(Math.floor(info.height / 2) * info.width + Math.floor(info.width * share)) * 4 + 3] as number;
  return [at(0.25), at(0.75)];
}

const halfMask = (values: [number, number], w = width, h = height) =>
  flateImage(
    Uint8Array.from({ length: w * h }, (_, at) => values[at % w < w / 2 ? 0 : 1]),
    w,
    h,
    "/ColorSpace /DeviceGray /BitsPerComponent 8",
  );

test("what a soft mask hides is white in what is embedded, and transparent in the thumbnail", async () => {
  const picture = await readPicture(flateImage(colored.rgb, width, height, "/ColorSpace /DeviceRGB /BitsPerComponent 8 /SMask 100 0 R"), {
    objects: { 100: halfMask([255, 0]) },
  });
  expect(picture).toMatchObject({ hasMask: true, width, height });
  await expectHalves(picture, brick, [255, 255, 255]);
  expect(await opacityOf(picture)).toEqual([255, 0]);
});

test("a soft mask may be larger than its image, half-transparent, and on a JPEG", async () => {
  const object = await rgbJpeg(colored, "/ColorSpace /DeviceRGB /BitsPerComponent 8 /SMask 100 0 R");
  const picture = await readPicture(object, { objects: { 100: halfMask([255, 128], 2 * width, 2 * height) } });
  expect(picture).toMatchObject({ hasMask: true, kind: "jpeg" });
  const half = concrete.map((value) => Math.round((value + 255) / 2)) as Color;
  await expectHalves(picture, brick, half, 8);
});

test("a soft mask that hides nothing is no mask", async () => {
  const picture = await readPicture(flateImage(colored.rgb, width, height, "/ColorSpace /DeviceRGB /BitsPerComponent 8 /SMask 100 0 R"), {
    objects: { 100: halfMask([255, 255]) },
  });
  expect(picture.hasMask).toBe(false);
});

test("stencils and colour keys as masks hide too", async () => {
  const stencil = image(
    { width, height, filter: "/ASCIIHexDecode", more: "/ImageMask true /BitsPerComponent 1" },
    Buffer.from(`${Buffer.from(bitRows(width, height, (x) => x >= width / 2)).toString("hex")}>`),
  );
  const masked = await readPicture(flateImage(colored.rgb, width, height, "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Mask 100 0 R"), {
    objects: { 100: stencil },
  });
  expect(masked.hasMask).toBe(true);
  await expectHalves(masked, brick, [255, 255, 255]);
  const [red, green, blue] = brick;
  const key = `/Mask [${red} ${red} ${green} ${green} ${blue} ${blue}]`;
  const keyed = await readPicture(flateImage(colored.rgb, width, height, `/ColorSpace /DeviceRGB /BitsPerComponent 8 ${key}`));
  expect(keyed.hasMask).toBe(true);
  await expectHalves(keyed, [255, 255, 255], concrete);
});

test("a stencil has the colour it is painted with", async () => {
  const bits = bitRows(width, height, (x) => x >= width / 2);
  const picture = await readPicture(flateImage(bits, width, height, "/ImageMask true /BitsPerComponent 1"), {}, "0 0.4 0.8 rg /I Do");
  expect(picture).toMatchObject({ kind: "mask", colorSpace: "stencil", hasMask: true });
  await expectHalves(picture, [0, 102, 204], [255, 255, 255]);
});

test.each([64, 160])("an inline image of %i pixels is a picture", async (side) => {
  const pixels = Buffer.from(halves(brick, concrete, { width: side, height: side }).rgb).toString("hex");
  const [placed] = await readPlaced({
    content: `q 60 0 0 60 10 20 cm BI /W ${side} /H ${side} /CS /RGB /BPC 8 /F /AHx ID ${pixels}> EI Q`,
  });
  expect(placed?.picture).toMatchObject({ kind: "inline", width: side, height: side });
  await expectHalves(placed?.picture as Picture, brick, concrete);
  expect(placed?.box).toEqual({ x: 0.05, y: 0.2, width: 0.3, height: 0.6 });
});

test("images in forms within forms and in groups are placed where they are seen", async () => {
  const form = (content: string, resources: string, more = "") => ({
    dictionary: `/Type /XObject /Subtype /Form /BBox [0 0 200 100] /Resources << /XObject << ${resources} >> >> ${more}`,
    stream: Buffer.from(content),
  });
  const objects = {
    100: flateImage(colored.rgb, width, height),
    101: form("q 40 0 0 20 10 10 cm /I Do Q", "/I 100 0 R", "/Matrix [2 0 0 2 0 0]"),
    102: form("q 1 0 0 1 20 0 cm /F1 Do Q", "/F1 101 0 R", "/Group << /S /Transparency /I true >>"),
  };
  const [placed, ...others] = await readPlaced({ content: "/F2 Do", images: { F2: 102 } }, { pdf: { objects } });
  expect(others).toEqual([]);
  expect(placed?.box).toEqual({ x: 0.2, y: 0.4, width: 0.4, height: 0.4 });
});

test("images of patterns come once, where something is filled with the pattern", async () => {
  const pattern = (more: string, stream: string): PdfObject => ({
    dictionary: `/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 32 16] /XStep 32 /YStep 16 ${more}`,
    stream: Buffer.from(stream),
  });
  const pdf: MakePdfOptions = {
    objects: {
      100: flateImage(colored.rgb, width, height),
      101: flateImage(blackAndWhite.rgb, width, height),
      102: pattern("/Resources << /XObject << /I 100 0 R >> >>", "q 32 0 0 16 0 0 cm /I Do Q"),
      103: pattern("/Matrix [1 0 0 1 5 5] /Resources << /XObject << /I 101 0 R >> >>", "q 32 0 0 16 0 0 cm /I Do Q"),
    },
  };
  const content = "/Pattern cs /P scn 10 20 100 50 re f 10 75 20 20 re f /Q scn 120 20 40 40 re B 0 0 1 rg 170 20 20 20 re f";
  const placed = await readPlaced({ content, resources: "/Pattern << /P 102 0 R /Q 103 0 R >>" }, { pdf });
  expect(placed.map(({ box }) => box)).toEqual([
    { x: 0.05, y: 0.3, width: 0.5, height: 0.5 },
    { x: 0.6, y: 0.4, width: 0.2, height: 0.4 },
  ]);
  await expectHalves(placed[0]?.picture as Picture, brick, concrete);
  await expectHalves(placed[1]?.picture as Picture, [0, 0, 0], [255, 255, 255]);
  expect(placed.map(({ picture }) => picture?.kind)).toEqual(["raw", "raw"]);

  // Nothing is filled with it here: a clipping path, a line, a white page.
  const unused = "/Pattern cs /P scn 10 20 100 50 re W n 0 0 200 100 re S 300 20 10 10 re f";
  expect(await readPlaced({ content: unused, resources: "/Pattern << /P 102 0 R >>" }, { pdf })).toEqual([]);
});

test("one image on several pages is one picture with several places", async () => {
  const objects = { 100: flateImage(colored.rgb, width, height) };
  const page = { content: "q 48 0 0 32 10 20 cm /I Do Q q 48 0 0 32 100 20 cm /I Do Q", images: { I: 100 } };
  const pages = await readHere(makePdf([page, page, page, page], { objects }));
  const placed = pages.flatMap(({ pictures }) => pictures);
  expect(placed).toHaveLength(8);
  expect(new Set(placed.map(({ pictureId }) => pictureId)).size).toBe(1);
  expect(placed.filter(({ picture }) => picture !== undefined).map(({ page: at, index }) => [at, index])).toEqual([[1, 0]]);
});

test("equal pixels in two objects are one picture, a file may be read from any page", async () => {
  const object = flateImage(colored.rgb, width, height);
  const page = (content: string) => ({ content, images: { I: object } });
  const bytes = makePdf([page("q 48 0 0 32 10 20 cm /I Do Q"), page("q 96 0 0 64 10 20 cm /I Do Q")]);
  const [first] = await readHere(bytes);
  const [second, ...others] = await readHere(bytes, { from: 2 });
  expect(others).toEqual([]);
  expect(second?.pictures[0]?.pictureId).toBe(first?.pictures[0]?.pictureId);
  expect(second?.pictures[0]?.picture?.id).toBe(first?.pictures[0]?.pictureId);
});

test.each([
  ["q 96 0 0 64 10 20 cm /I Do Q", "", [width, height], [brick, concrete]],
  ["q -96 0 0 64 106 20 cm /I Do Q", "", [width, height], [concrete, brick]],
  ["q 0 96 -64 0 80 2 cm /I Do Q", "/Rotate 90", [width, height], [brick, concrete]],
  ["q -96 0 0 -64 106 90 cm /I Do Q", "", [width, height], [concrete, brick]],
])("pictures stand as the page shows them: %s %s", async (content, more, size, colors) => {
  const [placed] = await readPlaced({ content, images: { I: flateImage(colored.rgb, width, height) }, more });
  expect([placed?.picture?.width, placed?.picture?.height]).toEqual(size);
  await expectHalves(placed?.picture as Picture, ...(colors as [Color, Color]));
});

test("what a frame cuts off is outside of the box, what is hidden is left out", async () => {
  const layers = {
    objects: { 200: "<< /Type /OCG /Name (German) >>" },
    catalog: "/OCProperties << /OCGs [200 0 R] /D << /BaseState /ON /OFF [200 0 R] >> >>",
  };
  const content = [
    "q 20 40 40 20 re W n 96 0 0 64 10 20 cm /I Do Q",
    "q 1 0 0 1 500 0 cm 96 0 0 64 10 20 cm /I Do Q",
    "/OC /L BDC q 96 0 0 64 10 20 cm /I Do Q EMC",
  ].join(" ");
  const placed = await readPlaced(
    { content, images: { I: flateImage(colored.rgb, width, height) }, resources: "/Properties << /L 200 0 R >>" },
    { pdf: layers },
  );
  expect(placed.map(({ box }) => box)).toEqual([{ x: 0.1, y: 0.4, width: 0.2, height: 0.2 }]);
});

test("images of a soft mask and of pages' stamps: the one is none, the other is one", async () => {
  const objects = {
    100: flateImage(colored.rgb, width, height),
    101: {
      dictionary:
        "/Type /XObject /Subtype /Form /BBox [0 0 200 100] /Group << /S /Transparency /CS /DeviceGray >> /Resources << /XObject << /I 100 0 R >> >>",
      stream: Buffer.from("q 96 0 0 64 10 20 cm /I Do Q"),
    },
    102: {
      dictionary: "/Type /XObject /Subtype /Form /BBox [0 0 60 40] /Resources << /XObject << /I 100 0 R >> >>",
      stream: Buffer.from("q 60 0 0 40 0 0 cm /I Do Q"),
    },
    103: "<< /Type /Annot /Subtype /Stamp /Rect [100 50 160 90] /F 4 /AP << /N 102 0 R >> >>",
  };
  const placed = await readPlaced(
    {
      content: "/G gs 0 0 200 100 re f",
      resources: "/ExtGState << /G << /SMask << /S /Luminosity /G 101 0 R >> >> >>",
      more: "/Annots [103 0 R]",
    },
    { pdf: { objects } },
  );
  expect(placed.map(({ box }) => box)).toEqual([{ x: 0.5, y: 0.1, width: 0.3, height: 0.4 }]);
});

test("small images are counted and left out", async () => {
  const icon = halves(brick, concrete, { width: 16, height: 80 });
  const source = { content: "q 16 0 0 80 10 10 cm /I Do Q", images: { I: flateImage(icon.rgb, 16, 80) } };
  const [page] = await readHere(makePdf([source]));
  expect([page?.pictures.length, page?.smallPictures]).toEqual([0, 1]);
  expect(await readPlaced(source, { output: { minPictureSide: 16 } })).toHaveLength(1);
});

test("a JPEG that shows what the page shows stays as it is in the file; any other is written anew", async () => {
  const drawn = halves(brick, concrete, { width: 300, height: 200 });
  const grey = { ...(await rgbJpeg(drawn, "/ColorSpace /DeviceGray /BitsPerComponent 8")) };
  grey.stream = await toSharp(drawn).greyscale().jpeg({ quality: 80 }).toBuffer();
  const turned = {
    ...(await rgbJpeg(drawn)),
    stream: await toSharp(drawn).withExif({}).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
  };
  const plain = await rgbJpeg(drawn);
  const keeps = async (object: PdfObject, paint?: string, pdf?: MakePdfOptions): Promise<boolean> =>
    Buffer.compare(Buffer.from((await readPicture(object, pdf, paint)).file.bytes), Buffer.from(object.stream ?? [])) === 0;
  expect(await keeps(plain)).toBe(true);
  expect(await keeps(grey)).toBe(true);
  // It says of itself that it is to be turned, which no reader of PDFs does, and whoever embeds it would.
  expect(await keeps(turned)).toBe(false);
  expect(await keeps(await rgbJpeg(drawn, "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Decode [1 0 1 0 1 0]"))).toBe(false);
  expect(await keeps(await cmykJpeg(drawn))).toBe(false);
  expect(await keeps(plain, "-1 0 0 1 1 0 cm /I Do")).toBe(false);
  const mask = flateImage(new Uint8Array(4).fill(128), 2, 2, "/ColorSpace /DeviceGray /BitsPerComponent 8");
  expect(
    await keeps(await rgbJpeg(drawn, "/ColorSpace /DeviceRGB /BitsPerComponent 8 /SMask 100 0 R"), "/I Do", { objects: { 100: mask } }),
  ).toBe(false);
  // Its colours are a palette's numbers.
  expect(
    await keeps({ ...grey, dictionary: grey.dictionary.replace("/DeviceGray", "[/Indexed /DeviceRGB 255 100 0 R]") }, "/I Do", {
      objects: { 100: { dictionary: "", stream: Buffer.alloc(768, 77) } },
    }),
  ).toBe(false);
});

test("large pictures are scaled down, small ones are PNG", async () => {
  const large = halves(brick, concrete, { width: 1200, height: 600 });
  const object = await rgbJpeg(large);
  const [placed] = await readPlaced(
    { content: "q 100 0 0 50 10 20 cm /I Do Q", images: { I: object } },
    { output: { maxPictureSide: 600, thumbnailSide: 100 } },
  );
  expect(placed?.picture).toMatchObject({
    width: 1200,
    height: 600,
    file: { type: "image/jpeg", width: 600, height: 300 },
    thumbnail: { width: 100, height: 50 },
  });
  expect((await readPicture(flateImage(colored.rgb, width, height))).file.type).toBe("image/png");
});

/** A picture that goes on from row to row, cut into images of so many rows. */
function strips(drawing: Drawing, rows: number): PdfPageSource {
  const count = Math.ceil(drawing.height / rows);
  const names = Array.from({ length: count }, (_, at) => `S${at}`);
  const images = Object.fromEntries(
    names.map((name, at) => {
      const from = at * rows * drawing.width * 3;
      const to = Math.min(drawing.rgb.length, from + rows * drawing.width * 3);
      return [name, flateImage(drawing.rgb.subarray(from, to), drawing.width, (to - from) / drawing.width / 3)];
    }),
  );
  const content = names.map((name, at) => `q 96 0 0 ${rows} 10 ${90 - (at + 1) * rows} cm /${name} Do Q`).join(" ");
  return { content, images };
}

test("an image cut into strips is one picture again, swatches that touch stay two", async () => {
  const [whole, ...others] = await readPlaced(strips(colored, 8));
  expect(others).toEqual([]);
  expect(whole?.picture).toMatchObject({ width, height, strips: 8 });
  expect(whole?.box).toEqual({ x: 0.05, y: 0.1, width: 0.48, height: 0.64 });
  await expectHalves(whole?.picture as Picture, brick, concrete);
  const stacked = {
    width,
    height: 96,
    rgb: Uint8Array.from([...halves(brick, concrete, { height: 48 }).rgb, ...halves(concrete, brick, { height: 48 }).rgb]),
  };
  expect(await readPlaced({ ...strips(stacked, 48) })).toHaveLength(2);
  expect(await readPlaced(strips(colored, 8), { output: { joinsStrips: false, minPictureSide: 1 } })).toHaveLength(8);
});

test("every swatch of a grid has its own name and price", async () => {
  const text = (x: number, y: number, words: string) => `BT /F 6 Tf ${x} ${y} Td (${words}) Tj ET`;
  const swatch = (x: number, y: number) => `q 40 0 0 30 ${x} ${y} cm /I Do Q`;
  const placed = await readPlaced({
    content: [
      swatch(10, 65),
      text(10, 57, "Dark oak"),
      text(10, 50, "48.50 EUR"),
      swatch(80, 65),
      text(80, 57, "Walnut"),
      text(80, 50, "61.00 EUR"),
      swatch(10, 15),
      text(10, 7, "Red brick"),
      swatch(80, 15),
      text(124, 30, "Blue tile"),
    ].join("\n"),
    images: { I: flateImage(colored.rgb, width, height) },
  });
  expect(placed.map(({ nearbyText }) => nearbyText)).toEqual(["Dark oak\n48.50 EUR", "Walnut\n61.00 EUR", "Red brick", "Blue tile"]);
  expect(placed.map(({ caption }) => caption)).toEqual(["Dark oak", "Walnut", "Red brick", "Blue tile"]);
});

test("lines are text as people read it, with their places", async () => {
  const [page] = await readHere(
    makePdf([{ content: "BT /F 10 Tf 20 80 Td (Natural ) Tj (stone) Tj 100 0 Td (Page 7) Tj -100 -20 Td (Marble) Tj ET" }]),
  );
  expect(page?.lines.map(({ text }) => text)).toEqual(["Natural stone", "Page 7", "Marble"]);
  expect(page?.lines[2]?.box.x).toBeCloseTo(0.1, 2);
  expect(page?.lines[2]?.box.y).toBeCloseTo(0.32, 2);
});

test("a preview shows the page", async () => {
  const [page] = await readHere(
    makePdf([{ content: "q 100 0 0 100 0 0 cm /I Do Q", images: { I: flateImage(new Uint8Array(width * height * 3), width, height) } }]),
    {
      output: { previewSide: 120 },
    },
  );
  expect(page?.preview).toMatchObject({ type: "image/webp", width: 120, height: 60 });
  expect((await halvesOf(page?.preview as EncodedPicture)).map(([red]) => Math.round(red / 255))).toEqual([0, 1]);
});
