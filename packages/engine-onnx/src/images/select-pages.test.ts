import { expect, test } from "vitest";
import { selectPages } from "./select-pages.ts";

test.each([
  ["1", 6, [1]],
  ["2-4,1", 6, [2, 3, 4, 1]],
  [" 1 - 2 , 2,9", 3, [1, 2]],
  ["4-", 6, [4, 5, 6]],
  ["ALL", 3, [1, 2, 3]],
])("%j of %i pages", (selection, count, expected) => {
  expect(selectPages(selection, count, 10)).toEqual(expected);
});

test.each(["", "0", "-1", "3-1", "a", "1,,2", "1-2-3", "1;2", "9999999999", "1,".repeat(600)])("%j is no list of pages", (selection) => {
  expect(() => selectPages(selection, 6, 10)).toThrow(
    expect.objectContaining({ code: "invalid_request", details: { reason: "bad_page_range" } }),
  );
});

test("pages that are not there and pages without end are errors", () => {
  expect(() => selectPages("7-9", 6, 10)).toThrow(expect.objectContaining({ details: { reason: "no_such_page", pages: 6 } }));
  expect(() => selectPages("all", 11, 10)).toThrow(expect.objectContaining({ code: "payload_too_large" }));
  expect(() => selectPages("1-999999999", 999_999_999, 10)).toThrow(expect.objectContaining({ code: "payload_too_large" }));
});
