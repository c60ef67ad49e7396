import { expect, test } from "vitest";
import { parsePartialJson } from "./parse-partial-json.ts";

const whole = { title: 'A "saw" \n é 😀', price: 12.5, isNew: true, none: null, pros: ["sharp", "long"], market: { size: "big" } };

test("whatever a text is cut after, what is there is a beginning of the whole", () => {
  const text = JSON.stringify(whole);
  let last = 0;
  for (let length = 1; length <= text.length; length++) {
    const grown = parsePartialJson(text.slice(0, length)) as Partial<typeof whole>;
    expect(Object.keys(grown).length).toBeGreaterThanOrEqual(last);
    last = Object.keys(grown).length;
    expect(whole.title.startsWith(grown.title ?? "")).toBe(true);
    expect([undefined, whole.price], `a number that may go on is left out after ${length}`).toContain(grown.price);
  }
  expect(parsePartialJson(text)).toEqual(whole);
});

test("text before it is skipped, and a list may be the whole", () => {
  expect(parsePartialJson('Sure: {"a": "b')).toEqual({ a: "b" });
  expect(parsePartialJson('[{"a": 1}, {"a": "t', "[")).toEqual([{ a: 1 }, { a: "t" }]);
  expect(parsePartialJson("Sure")).toBeUndefined();
});

test("deep nesting ends the reading and nothing else", () => {
  expect(parsePartialJson(`{"a":${"[".repeat(100_000)}`)).toBeDefined();
});
