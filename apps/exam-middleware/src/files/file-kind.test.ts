import { expect, test } from "vitest";
import { findFileKind, toExtension } from "./file-kind.ts";

const start = (...bytes: (number | string)[]): Uint8Array =>
  Buffer.concat([...bytes.map((part) => (typeof part === "number" ? Buffer.from([part]) : Buffer.from(part))), Buffer.alloc(32)]);

test.each([
  ["application/pdf", start("%PDF-1.7")],
  ["application/pdf", start("\r\n junk of a scanner %PDF-1.4")],
  ["image/jpeg", start(0xff, 0xd8, 0xff, 0xe0)],
  ["image/png", start(0x89, "PNG\r\n", 0x1a, "\n")],
  ["image/tiff", start("II", 42, 0)],
  ["image/tiff", start("MM", 0, 42)],
  ["image/bmp", start("BM")],
  ["image/webp", start("RIFF", 0, 0, 0, 0, "WEBP")],
])("%s is known by its first bytes", (mimeType, bytes) => {
  expect(findFileKind(bytes)?.mimeType).toBe(mimeType);
});

test("programs, pages and empty files are of no kind", () => {
  for (const bytes of [start("MZ"), start("<!DOCTYPE html>"), start("PK", 3, 4), new Uint8Array()])
    expect(findFileKind(bytes)).toBeUndefined();
});

test("a file gets the ending of what it is", () => {
  expect([toExtension("image/jpeg"), toExtension("image/tiff"), toExtension("text/plain")]).toEqual([".jpg", ".tiff", ".bin"]);
});
