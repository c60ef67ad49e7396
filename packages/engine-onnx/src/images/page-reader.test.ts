import sharp, { type Sharp } from "sharp";
import { afterAll, expect, test } from "vitest";
import { makePdf, type PdfPage } from "../../test/make-pdf.ts";
import { makeBmp, makeTiff } from "../../test/make-pictures.ts";
import type { Page } from "./page.ts";
import { createPageReader, type ReadPagesOptions } from "./page-reader.ts";

const reader = createPageReader();
afterAll(() => reader.close());

async function readAll(file: Uint8Array, options?: ReadPagesOptions): Promise<Page[]> {
  const pages: Page[] = [];
  for await (const page of reader.read(file, options)) pages.push(page);
  return pages;
}

async function readOne(file: Uint8Array, options?: ReadPagesOptions): Promise<Page> {
  const [page, ...others] = await readAll(file, options);
  expect(others).toEqual([]);
  return page as Page;
}

/** Grey at a share of width and height. */
function grayAt({ width, height, gray }: Page, x: number, y: number): number {
  return gray[Math.floor(y * height) * width + Math.floor(x * width)] as number;
}

const [width, height] = [120, 80];
/** White, with a black quarter at the top left; colours have to be dark and light enough to survive any encoder. */
const quarter = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
  const pixel = Math.floor(at / 3);
  return pixel % width < width / 2 && pixel < (width * height) / 2 ? 0 : 255;
});
const picture = () => sharp(quarter, { raw: { width, height, channels: 3 } });
const bytesOf = async (image: Sharp) => new Uint8Array(await image.toBuffer());

function expectQuarter(page: Page): void {
  expect([grayAt(page, 0.25, 0.25), grayAt(page, 0.75, 0.25), grayAt(page, 0.25, 0.75)].map((gray) => Math.round(gray / 255))).toEqual([
    0, 1, 1,
  ]);
}

test.each<[string, string, () => Sharp]>([
  ["png", "PNG", () => picture().png()],
  ["png", "PNG with a palette", () => picture().png({ palette: true, colours: 4 })],
  ["png", "PNG of 16 bits", () => picture().toColourspace("rgb16").png()],
  ["png", "PNG in 16-bit grey", () => picture().toColourspace("grey16").png()],
  ["jpeg", "JPEG", () => picture().jpeg()],
  ["jpeg", "grey JPEG", () => picture().toColourspace("b-w").jpeg()],
  ["jpeg", "CMYK JPEG", () => picture().toColourspace("cmyk").jpeg()],
  ["jpeg", "progressive JPEG", () => picture().jpeg({ progressive: true })],
  ["tiff", "TIFF with LZW", () => picture().tiff({ compression: "lzw" })],
  ["tiff", "TIFF with JPEG", () => picture().tiff({ compression: "jpeg" })],
  ["tiff", "CMYK TIFF", () => picture().toColourspace("cmyk").tiff()],
  ["tiff", "TIFF of 1 bit as faxes have it", () => picture().toColourspace("b-w").tiff({ bitdepth: 1, compression: "ccittfax4" })],
  ["webp", "WebP", () => picture().webp()],
  ["gif", "GIF", () => picture().gif()],
])("%s: a %s becomes grey pixels", async (type, _, encode) => {
  const page = await readOne(await bytesOf(encode()), { name: "wrong-extension.pdf" });
  expect(page).toMatchObject({ type, index: 1, count: 1, width, height });
  expectQuarter(page);
});

test("a bitmap is read, and scaled like any picture", async () => {
  const white = Array.from({ length: 200 * 100 * 3 }, () => 255);
  // The lowest row comes first: the last ones are the top.
  for (let row = 50; row < 100; row += 1) white.fill(0, row * 600, row * 600 + 300);
  const bytes = makeBmp({ width: 200, height: 100, bits: 24, pixels: white });
  expectQuarter(await readOne(bytes));
  expect(await readOne(bytes, { dpi: 150 })).toMatchObject({ type: "bmp", width: 100, height: 50, dpi: 150 });
});

test("pictures stand upright as their EXIF says", async () => {
  // 6: the first row is the right side. What was top left is top right.
  const page = await readOne(await bytesOf(picture().jpeg().withMetadata({ orientation: 6 })));
  expect(page).toMatchObject({ width: height, height: width });
  expect([grayAt(page, 0.25, 0.25), grayAt(page, 0.75, 0.25)].map((gray) => Math.round(gray / 255))).toEqual([1, 0]);
});

test("what is transparent is paper, half-transparent ink is half as dark", async () => {
  const pixels = Uint8Array.from({ length: 64 * 64 * 4 }, (_, at) => (at % 4 === 3 ? [0, 128, 255][Math.floor(at / 4) % 3] : 0) as number);
  const page = await readOne(await bytesOf(sharp(pixels, { raw: { width: 64, height: 64, channels: 4 } }).png()));
  expect([...page.gray.subarray(0, 3)]).toEqual([255, 127, 0]);
});

test("grey is BT.601's luma, and rgb comes when it is asked for", async () => {
  const colours = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 40, 40, 120);
  const page = await readOne(await bytesOf(sharp(colours, { raw: { width: 4, height: 1, channels: 3 } }).png()), { rgb: true });
  expect([...page.gray]).toEqual([77, 149, 29, 49]);
  expect(page.rgb).toEqual(colours);
});

test("pages are scaled down to the wanted resolution and to the bound of pixels, never up", async () => {
  const scan = sharp({ create: { width: 2550, height: 3300, channels: 3, background: "#fff" } });
  const at300 = await bytesOf(scan.clone().jpeg().withMetadata({ density: 300 }));
  expect(await readOne(at300)).toMatchObject({ width: 1700, height: 2200, dpi: 200 });
  expect(await readOne(at300, { dpi: 600 })).toMatchObject({ width: 2550, height: 3300, dpi: 300 });
  const small = await readOne(at300, { maxPixels: 100_000 });
  expect(small.width * small.height).toBeLessThanOrEqual(100_000);
  // A camera's 72 dpi say nothing: the picture is taken for a page.
  expect((await readOne(await bytesOf(scan.clone().jpeg().withMetadata({ density: 72 })))).height).toBe(2338);
});

test("pages of a TIFF come in the order they are asked for", async () => {
  const tiff = makeTiff(
    [10, 20, 30].map((gray) => new Uint8Array(12).fill(gray)),
    4,
    3,
  );
  const pages = await readAll(tiff, { pages: "3,1-2" });
  expect(pages.map(({ index, count, gray }) => [index, count, gray[0]])).toEqual([
    [3, 3, 30],
    [1, 3, 10],
    [2, 3, 20],
  ]);
});

const quarterPath = "0 36 72 36 re f";

test("a PDF's first page is drawn at 200 dpi, with rotation and text", async () => {
  const page = await readOne(makePdf([{ content: quarterPath }, {}]));
  expect(page).toMatchObject({ type: "pdf", index: 1, count: 2, width: 400, height: 200 });
  expect(page.dpi).toBeCloseTo(200, 6);
  expectQuarter(page);
  const turned = await readOne(makePdf([{ content: quarterPath, rotate: 90 }]));
  expect(turned).toMatchObject({ width: 200, height: 400 });
  expect([grayAt(turned, 0.25, 0.25), grayAt(turned, 0.75, 0.25)]).toEqual([255, 0]);
  const text = await readOne(makePdf([{ content: "BT /F 40 Tf 20 20 Td (HIT) Tj ET" }]));
  expect(text.gray.filter((gray) => gray < 64).length).toBeGreaterThan(1000);
});

test("scans in a PDF are decoded: JPEG, fax and JBIG2", async () => {
  const gray = picture().toColourspace("b-w");
  const jpeg = await bytesOf(gray.clone().jpeg());
  // libtiff writes one strip, of which the directory tells the place; black is 1 in it, as in PDF's /BlackIs1 false after decoding.
  const tiff = Buffer.from(await bytesOf(gray.clone().tiff({ bitdepth: 1, compression: "ccittfax4", miniswhite: true })));
  const fax = takeStrip(tiff);
  const images: PdfPage["image"][] = [
    { width, height, filter: "/DCTDecode", bytes: jpeg },
    { width, height, bits: 1, filter: `/CCITTFaxDecode /DecodeParms << /K -1 /Columns ${width} /Rows ${height} >>`, bytes: fax },
    { width, height, bits: 1, filter: "/JBIG2Decode", bytes: toJbig2(fax) },
  ];
  const pages = await readAll(makePdf(images.map((image) => (image === undefined ? {} : { image }))), { pages: "all" });
  expect(pages).toHaveLength(3);
  for (const page of pages) expectQuarter(page);
});

/** The first strip's bytes of a little-endian TIFF of one page. */
function takeStrip(tiff: Buffer): Uint8Array {
  const start = tiff.readUInt32LE(4);
  const tags = new Map<number, number>();
  for (let entry = 0; entry < tiff.readUInt16LE(start); entry += 1) {
    const at = start + 2 + entry * 12;
    tags.set(tiff.readUInt16LE(at), tiff.readUInt16LE(at + 2) === 3 ? tiff.readUInt16LE(at + 8) : tiff.readUInt32LE(at + 8));
  }
  const offset = tags.get(273) as number;
  return tiff.subarray(offset, offset + (tags.get(279) as number));
}

/** A JBIG2 page whose only region is coded as a fax is (ITU-T T.88, 7.2, 7.4.6 and 7.4.8: MMR). */
function toJbig2(fax: Uint8Array): Uint8Array {
  const segment = (number: number, type: number, data: Buffer) => {
    const header = Buffer.from([0, 0, 0, number, type, 0, 1, 0, 0, 0, 0]);
    header.writeUInt32BE(data.length, 7);
    return Buffer.concat([header, data]);
  };
  const page = Buffer.alloc(19);
  page.writeUInt32BE(width, 0);
  page.writeUInt32BE(height, 4);
  const region = Buffer.alloc(18);
  region.writeUInt32BE(width, 0);
  region.writeUInt32BE(height, 4);
  region[17] = 1; // MMR.
  return Buffer.concat([segment(0, 48, page), segment(1, 38, Buffer.concat([region, fax]))]);
}

test("a PDF behind other bytes is one, a picture before a PDF is a picture", async () => {
  const pdf = makePdf([{ content: quarterPath }]);
  expect((await readOne(Uint8Array.from([...Buffer.from("HTTP/1.1 200 OK\r\n\r\n"), ...pdf]))).type).toBe("pdf");
  expect((await readOne(Uint8Array.from([...(await bytesOf(picture().jpeg())), ...pdf]))).type).toBe("jpeg");
});

test("many files at once are read page by page in turn, also when more are open than the process keeps", async () => {
  const pdf = makePdf([{}, {}, { content: quarterPath }]);
  const results = await Promise.all(Array.from({ length: 7 }, () => readAll(pdf, { pages: "all", dpi: 72 })));
  for (const pages of results) {
    expect(pages.map(({ index }) => index)).toEqual([1, 2, 3]);
    expectQuarter(pages[2] as Page);
  }
});
