import * as fc from "fast-check";
import { expect, test } from "vitest";
import { JsonScanner } from "./json-scanner.ts";

/** Pushes the text cut into pieces of `size` bytes. */
function scan(text: string, limits: { maxDepth: number; maxValues: number }, size = 7): void {
  const bytes = Buffer.from(text);
  const scanner = new JsonScanner(limits);
  for (let start = 0; start < bytes.length; start += size) scanner.push(bytes.subarray(start, start + size));
}

test("nesting is counted over the borders of chunks, and what stands in strings is not", () => {
  expect(() => scan("[[[[]]]]", { maxDepth: 4, maxValues: 100 }, 1)).not.toThrow();
  expect(() => scan("[[[[[]]]]]", { maxDepth: 4, maxValues: 100 }, 1)).toThrow("nested deeper than 4");
  expect(() => scan('["[[[[[[", "\\"[[[[[", "\\\\"]', { maxDepth: 1, maxValues: 100 }, 1)).not.toThrow();
});

test("values are bounded", () => {
  expect(() => scan(`[${"1,".repeat(50)}1]`, { maxDepth: 4, maxValues: 60 })).not.toThrow();
  expect(() => scan(`[${"1,".repeat(70)}1]`, { maxDepth: 4, maxValues: 60 })).toThrow("more than 60 values");
});

test("no valid JSON within the limits is refused, however its bytes are cut", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.integer({ min: 1, max: 9 }), (text, size) => {
      expect(() => scan(text, { maxDepth: 8, maxValues: 100_000 }, size)).not.toThrow();
    }),
  );
});
