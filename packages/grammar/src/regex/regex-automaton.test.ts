import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { CharacterAutomaton } from "../automata/character-automaton.ts";
import { parseRegex } from "./parse-regex.ts";
import { buildRegexAutomaton, type RegexMode } from "./regex-automaton.ts";

const build = (pattern: string, mode: RegexMode) => buildRegexAutomaton(parseRegex(pattern), mode);

function acceptsText(automaton: CharacterAutomaton, text: string): boolean {
  let state: number | undefined = 0;
  for (const character of text) {
    const point = character.codePointAt(0) as number;
    state = automaton[state]?.edges.find(([low, high]) => low <= point && point <= high)?.[2];
    if (state === undefined) return false;
  }
  return automaton[state]?.accepts === true;
}

const atom = fc.constantFrom(
  "a",
  "b",
  "é",
  "😀",
  ".",
  "[ab]",
  "[^a]",
  "[a-c]",
  "\\d",
  "\\w",
  "\\s",
  "\\S",
  "\\.",
  "[\\]\\d-]",
  "\\u0061",
  "\\u{1F600}",
  "^",
  "$",
);
const { regex } = fc.letrec<{ regex: string; part: string }>((tie) => ({
  part: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    atom,
    fc.tuple(tie("regex"), fc.constantFrom("", "*", "+", "?", "{2}", "{1,}", "{0,2}", "*?")).map(([inner, sign]) => `(${inner})${sign}`),
    tie("regex").map((inner) => `(?:${inner})`),
    fc.tuple(tie("regex"), tie("regex")).map(([one, other]) => `(?:${one}|${other})`),
  ),
  regex: fc.array(tie("part"), { minLength: 0, maxLength: 4 }).map((parts) => parts.join("")),
}));
const subject = fc
  .array(fc.constantFrom("a", "b", "c", "é", "😀", "1", " ", ".", "]", "\n", "-"), { maxLength: 7 })
  .map((parts) => parts.join(""));

test("a pattern matches what JavaScript's own engine says, anywhere and as a whole", { timeout: 120_000 }, () => {
  let matches = 0;
  fc.assert(
    fc.property(regex, fc.array(subject, { minLength: 4, maxLength: 4 }), (pattern, texts) => {
      const search = build(pattern, "search");
      const whole = build(pattern, "whole");
      for (const text of texts) {
        const expected = new RegExp(pattern, "u").test(text);
        if (expected) matches += 1;
        expect({ pattern, text, isFound: acceptsText(search, text) }).toEqual({ pattern, text, isFound: expected });
        const isWhole = new RegExp(`^(?:${pattern})$`, "u").test(text);
        expect({ pattern, text, isWhole: acceptsText(whole, text) }).toEqual({ pattern, text, isWhole });
      }
    }),
    { numRuns: 300, seed: 11 },
  );
  expect(matches).toBeGreaterThan(150);
});

test.each([
  ["(?=a)", "lookahead and lookbehind are not supported"],
  ["(?<!a)b", "lookahead and lookbehind are not supported"],
  ["(a)\\1", "the backreference \\1 is not supported"],
  ["(?<x>a)\\k<x>", "the backreference \\k is not supported"],
  ["\\bword", "the word boundary \\b is not supported"],
  ["\\p{L}", "the Unicode property \\p is not supported"],
  ["(?i:a)", "the kind of group (? is not supported"],
  ["a{2,1}", "out of order"],
  ["[z-a]", "out of order"],
  ["a**", "a repetition is repeated"],
  ["(a", "a group ( is not closed"],
  ["a)", "closes no group"],
  ["[a", "a class [ is not closed"],
  ["*a", "nothing to repeat"],
  ["a\\", "a backslash ends the pattern"],
  ["\\q", "\\q is no escape"],
  ["^*", "^ and $ cannot be repeated"],
  ["(".repeat(65) + ")".repeat(65), "nested deeper than 64"],
  ["a".repeat(4097), "longer than 4096"],
])("%s is refused by name", (pattern, message) => {
  expect(() => parseRegex(pattern)).toThrow(message);
});

test.each(["(a{1000}){1000}", "((((a{9}){9}){9}){9}){9}", "(?:a|b)*a(?:a|b){20}", ".{3000}"])(
  "%s, which would explode, is refused",
  (pattern) => {
    expect(() => build(pattern, "search")).toThrow(/too (many|complex)/);
  },
);

test.each(["(a*)*b", "((a|aa)+)+$", "(a?){200}a{200}", "(.*a){20}"])("%s, which makes backtracking engines hang, is built", (pattern) => {
  expect(build(pattern, "whole").some((state) => state.accepts)).toBe(true);
});
