import { expect, test } from "vitest";
import { toCsvCell } from "./export-sheets.ts";

test.each(["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "\r=1", "＝1"])(
  "a cell %j becomes text that no program runs",
  (value) => {
    expect(toCsvCell(value)).toMatch(/^"'/);
  },
);

test("quotes, commas and line breaks stay in their cell; numbers stay numbers", () => {
  expect(toCsvCell('a "b", c\nd')).toBe('"a ""b"", c\nd"');
  expect([toCsvCell(-0.5), toCsvCell(null), toCsvCell(true), toCsvCell("plain")]).toEqual(["-0.5", "", "true", "plain"]);
});
