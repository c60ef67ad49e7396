import { expect, test } from "vitest";
import { z } from "zod";
import { maxListEntries, sheetOptionFields } from "./answer-sheet-options.ts";
import { extractBatchRoute, extractRoute } from "./answer-sheets.ts";

const options = z.object(sheetOptionFields("1"));
const read = (course_list: unknown) => options.parse({ course_list }).course_list;

test.for<[string, unknown]>([
  ["a list", ["cs 8501", "19AI405", "CS8501"]],
  ["JSON", '["CS-8501","19ai405"]'],
  ["commas", "CS 8501, 19AI405"],
  ["lines", "CS8501\r\n19AI405\n"],
  ["spaces", "CS8501 19AI405"],
])("a list of codes may come as %s", ([, value]) => {
  expect(read(value)).toEqual(["CS8501", "19AI405"]);
});

test("nothing is no list, and an empty one is empty", () => {
  expect([read(undefined), read(""), read("[]")]).toEqual([undefined, [], []]);
});

test.for<[string, Record<string, unknown>]>([
  ["too many entries", { class_roster: Array.from({ length: maxListEntries + 1 }, (_, index) => String(index)) }],
  ["a long entry", { class_roster: ["1".repeat(21)] }],
  ["broken JSON", { class_roster: '["1"' }],
  ["numbers in place of texts", { class_roster: [212_223_240_017] }],
  ["a dangerous pattern", { register_pattern: "(a+)+$" }],
  ["pages that are none", { pages: "1;2" }],
  ["a path as exam", { exam_type: "../x" }],
])("%s is refused", ([, value]) => {
  expect(options.safeParse(value).success).toBe(false);
});

test("a switch is read from words, pages and defaults are those of the route", () => {
  expect(["1", "true", "YES", "0", "no", ""].map((crops) => options.parse({ crops }).crops)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
  const file = { bytes: new Uint8Array(1) };
  expect(extractRoute.request?.parse({ file }).pages).toBe("1");
  expect(extractBatchRoute.request?.parse({ files: file })).toMatchObject({ pages: "all", files: [file] });
});
