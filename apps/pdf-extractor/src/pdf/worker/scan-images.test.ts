import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { PdfName, PdfReference, parseObject } from "./parse-object.ts";
import { scanImages } from "./scan-images.ts";

const latin1 = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));

test("values of a PDF's syntax are read, however they are written", () => {
  const text = "<</Name/A#20B /List [1 -2.5 (a \\) b) <4142>] % a comment\n/Ref 12 0 R/Deep<</Flag true>>/Two 3 4>> rest";
  const { value, end } = parseObject(text, 0);
  expect(value).toEqual(
    new Map<string, unknown>([
      ["Name", new PdfName("A B")],
      ["List", [1, -2.5, "(a \\) b)", "<4142>"]],
      ["Ref", new PdfReference(12)],
      ["Deep", new Map([["Flag", "true"]])],
      ["Two", 3],
    ]),
  );
  // What is no key ends the dictionary: a damaged file is not guessed at.
  expect(text.slice(0, end).endsWith("4")).toBe(true);
});

test("nesting without end, and what is no value, are nothing", () => {
  expect(parseObject("[".repeat(100_000), 0).value).toEqual(expect.anything());
  expect(parseObject("<<".repeat(100_000), 0).value).toEqual(expect.anything());
  expect(parseObject("   ", 0).value).toBeUndefined();
});

test("the last filter says what an image is, the colour space may be another object", () => {
  const facts = scanImages(
    latin1(`%PDF-1.7
5 0 obj <</Type/XObject/Subtype/Image/Filter[/ASCII85Decode/DCTDecode]/ColorSpace/DeviceRGB>> stream
6 0 obj <</Subtype /Image /Filter /JPXDecode>> stream
7 3 obj <</Subtype /Image /ColorSpace 9 0 R>> stream
8 0 obj <</Subtype /Image /ImageMask true /Filter 11 0 R>> stream
9 0 obj [/ICCBased 10 0 R]
10 0 obj <</N 4 /Length 3>> stream
11 0 obj /CCITTFaxDecode
12 0 obj <</Type /Font /Name /Image>>
`),
  );
  expect(Object.fromEntries(facts)).toEqual({
    "5R": { kind: "jpeg", colorSpace: "DeviceRGB" },
    "6R": { kind: "jpx", colorSpace: "unknown" },
    "7R3": { kind: "raw", colorSpace: "ICCBased 4" },
    "8R": { kind: "mask", colorSpace: "stencil" },
  });
});

test("a later object of the same number counts, as in files that were updated", () => {
  const facts = scanImages(
    latin1("5 0 obj <</Subtype /Image /Filter /DCTDecode>> stream\n5 0 obj <</Subtype /Image /Filter /JPXDecode>> stream"),
  );
  expect(facts.get("5R")?.kind).toBe("jpx");
});

test("colour spaces that lie in an object stream are found", () => {
  const objects =
    "20 0 21 30 ".padEnd(16) + "[/Separation /TileBlue /DeviceRGB 7 0 R]".slice(0, 30).padEnd(30) + "[/Indexed /DeviceRGB 1 <00>]";
  const packed = deflateSync(Buffer.from(objects, "latin1"));
  const head = `5 0 obj <</Subtype /Image /ColorSpace 21 0 R>> stream\n6 0 obj <</Subtype /Image /ColorSpace 22 0 R>> stream\n`;
  const stream = `9 0 obj <</Type /ObjStm /N 2 /First 16 /Filter /FlateDecode /Length ${packed.length}>> stream\n`;
  const facts = scanImages(latin1(`${head}${stream}${packed.toString("latin1")}\nendstream`));
  expect(facts.get("5R")?.colorSpace).toBe("Indexed");
  expect(facts.get("6R")?.colorSpace).toBe("unknown");
});

test("bytes of no meaning are searched quickly, and hold no images", () => {
  const noise = Uint8Array.from({ length: 2_000_000 }, (_, at) => (at * at * 31) % 251);
  expect(scanImages(noise).size).toBe(0);
  expect(scanImages(latin1("1 0 obj <</Subtype /Image ".repeat(5000))).size).toBeLessThan(2);
});
