import { expect, test } from "vitest";
import { isPatternPrefix, matchesPattern, maxPatternTextLength, parseFieldPattern } from "./field-pattern.ts";

test.for<[string, string[], string[]]>([
  ["[0-9]{12}", ["212223240017"], ["21222324001", "2122232400178", "21222324001A", ""]],
  ["\\d{2}[A-Z]{2}\\d{3}|[A-Z]{3}\\d{3}", ["19AI405", "AMT305"], ["19A1405", "AMT30", "AMT3055"]],
  ["^[A-Z0-9]{2,10}$", ["CS", "CS85010000"], ["C", "CS850100000"]],
  ["21?2", ["212", "22"], ["2112", "2"]],
  ["cs85.1", ["CS8501", "CS85X1"], ["CS85-1", "cs8501"]],
  ["[A-FX]{2}0", ["AX0", "FF0"], ["GX0"]],
  ["0{0,3}1", ["1", "0001"], ["00001"]],
])("%s means what it means as a regular expression, over the whole text", ([source, matching, others]) => {
  const pattern = parseFieldPattern(source);
  expect(matching.filter((text) => !matchesPattern(pattern, text))).toEqual([]);
  expect(others.filter((text) => matchesPattern(pattern, text))).toEqual([]);
});

test("every beginning of a matching text is one, and nothing else is", () => {
  const pattern = parseFieldPattern("\\d{2}[A-Z]{2}\\d{3}|[A-Z]{3}\\d{3}");
  for (const text of ["19AI405", "AMT305"]) {
    for (let length = 0; length <= text.length; length += 1) expect(isPatternPrefix(pattern, text.slice(0, length))).toBe(true);
  }
  expect(["1A", "19A1", "AM3", "19AI4055", "-"].filter((text) => isPatternPrefix(pattern, text))).toEqual([]);
});

test.for([
  ["(a+)+", "is not understood"],
  ["[0-9]+", "is not understood"],
  ["[0-9]*", "is not understood"],
  [".{33}", "more than 32"],
  ["[A-Z]{9}".repeat(10), "more than 32"],
  ["", "matches nothing"],
  ["A|", "matches nothing"],
  ["A{3,2}", "wrong way round"],
  ["[]", "is not understood"],
  ["[^0-9]", "is not understood"],
  ["[ä]", "is not understood"],
  ["1".repeat(300), "longer than"],
])("%s is refused and says why", ([source, why]) => {
  expect(() => parseFieldPattern(source as string)).toThrow(why);
});

test("the worst pattern there can be is answered at once, since no position is looked at twice per part", () => {
  const pattern = parseFieldPattern(".?".repeat(maxPatternTextLength));
  expect(matchesPattern(pattern, `${"A".repeat(maxPatternTextLength)}!`)).toBe(false);
});
