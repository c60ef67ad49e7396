import { expect, test } from "vitest";
import { matchesMetadata } from "./match-metadata.ts";
import { parseMetadataFilter, parseMoment } from "./parse-metadata-filter.ts";

const matches = (filter: unknown, fields: Record<string, unknown>) => matchesMetadata(parseMetadataFilter(filter), fields);

test("neighbours are joined by AND, the items of OR by or, and NOT leaves out what fulfils one of its items", () => {
  const food = { topic: "food", stars: 4 };
  expect(matches({ topic: "food", stars: { gte: 4 } }, food)).toBe(true);
  expect(matches({ topic: "food", stars: { gt: 4 } }, food)).toBe(false);
  expect(matches({ OR: [{ topic: "x" }, { stars: 4 }] }, food)).toBe(true);
  expect(matches({ NOT: [{ topic: "x" }, { stars: 4 }] }, food)).toBe(false);
  expect(matches({ $not: { topic: "x" } }, food)).toBe(true);
  expect(matches({}, food)).toBe(true);
});

test("what is not there is not equal and not different, only absent", () => {
  for (const fields of [{}, { topic: null }, { topic: [] }]) {
    expect(matches({ topic: { ne: "food" } }, fields)).toBe(false);
    expect(matches({ topic: { nin: ["food"] } }, fields)).toBe(false);
    expect(matches({ NOT: [{ topic: "food" }] }, fields)).toBe(true);
    expect(matches({ topic: "*" }, fields)).toBe(false);
  }
  expect(matches({ toString: "*" }, {})).toBe(false);
});

test("a list fulfils what one of its elements does; 5 is not the text 5", () => {
  expect(matches({ tags: "b" }, { tags: ["a", "b"] })).toBe(true);
  expect(matches({ tags: { ne: "b" } }, { tags: ["a", "b"] })).toBe(false);
  expect(matches({ tags: ["x", "a"] }, { tags: ["a", "b"] })).toBe(true);
  expect(matches({ stars: 5 }, { stars: "5" })).toBe(false);
  expect(matches({ stars: { gte: 1 } }, { stars: "5" })).toBe(false);
});

test.each([
  [null, "filters"],
  ["x", "filters"],
  [[], "filters"],
  [{ topic: null }, "filters.topic"],
  [{ topic: {} }, "filters.topic"],
  [{ topic: { like: "x" } }, "filters.topic.like"],
  [{ topic: { in: "x" } }, "filters.topic.in"],
  [{ topic: { in: [null] } }, "filters.topic.in.0"],
  [{ topic: { gt: "later" } }, "filters.topic.gt"],
  [{ topic: { gt: true } }, "filters.topic.gt"],
  [{ topic: { contains: 5 } }, "filters.topic.contains"],
  [{ topic: { contains: "" } }, "filters.topic.contains"],
  [{ "a.b": 1 }, "filters.a.b"],
  [{ "x'); drop table memories; --": 1 }, "filters.x"],
  [{ OR: [] }, "filters.OR"],
  [{ AND: { topic: "x" } }, "filters.AND"],
  [{ AND: [{ OR: ["x"] }] }, "filters.AND.0.OR.0"],
])("%j is refused, and the place is named", (filter, place) => {
  expect(() => parseMetadataFilter(filter)).toThrow(
    expect.objectContaining({ code: "invalid_request", message: expect.stringContaining(place) }),
  );
});

test("filters that are too deep, too large or have too long lists are refused", () => {
  let deep: unknown = { a: 1 };
  for (let depth = 0; depth < 9; depth++) deep = { AND: [deep] };
  const wide = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`field${index}`, 1]));
  for (const filter of [deep, wide, { a: { in: Array.from({ length: 1_001 }, () => 1) } }])
    expect(() => parseMetadataFilter(filter)).toThrow(expect.objectContaining({ code: "invalid_request" }));
});

test("dates and moments are read with and without a zone, and impossible ones are none", () => {
  expect(parseMoment("2026-11-21")).toBe(Date.UTC(2026, 10, 21));
  expect(parseMoment("2026-11-21 10:30")).toBe(Date.UTC(2026, 10, 21, 10, 30));
  expect(parseMoment("2026-11-21T10:30:00.5+02:00")).toBe(Date.UTC(2026, 10, 21, 8, 30, 0, 500));
  for (const text of ["2026-02-30", "2026-13-01", "21.11.2026", "2026", "tomorrow", "2026-11-21T25:00Z"])
    expect(parseMoment(text)).toBeUndefined();
});
