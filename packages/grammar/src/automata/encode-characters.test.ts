import * as fc from "fast-check";
import { expect, test } from "vitest";
import { acceptsText } from "../../test/accepts-text.ts";
import { stepBytes } from "./byte-automaton.ts";
import { anyTextBut, anyTextOf, limitLength } from "./character-automaton.ts";
import { everyCharacter } from "./character-set.ts";
import { encodeCharacters } from "./encode-characters.ts";

const anyJson = encodeCharacters(anyTextOf(everyCharacter), "json");
const anyRaw = encodeCharacters(anyTextOf(everyCharacter), "raw");
const inside = (text: string): string => JSON.stringify(text).slice(1);
const wellFormed = fc.string({ unit: "binary", maxLength: 12 }).filter((text) => text.isWellFormed());

test("every text is accepted as JSON.stringify writes it, and as UTF-8", () => {
  fc.assert(
    fc.property(wellFormed, (text) => {
      expect(acceptsText(anyJson, inside(text))).toBe(true);
      expect(acceptsText(anyRaw, text)).toBe(true);
    }),
    { numRuns: 500, seed: 2 },
  );
});

test.each(['\\/"', '\\u0041"', '\\u00E9"', '\\u000A"', '\\ud83d"', '\n"', '\\x"', '"a"', "a"])(
  "%j is no other way of writing a string",
  (text) => {
    expect(acceptsText(anyJson, text)).toBe(false);
  },
);

test("bytes that are no UTF-8 are accepted nowhere", () => {
  const wrong = [
    [0x80],
    [0xc0, 0x80],
    [0xc3],
    [0xc3, 0x41],
    [0xe0, 0x80, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf0, 0x80, 0x80, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xf5],
  ];
  for (const bytes of wrong) {
    let state = 0;
    for (const byte of bytes) state = state === -1 || !anyRaw ? -1 : stepBytes(anyRaw, state, byte);
    expect({ bytes, isAccepted: state !== -1 && anyRaw?.accepts[state] === 1 }).toEqual({ bytes, isAccepted: false });
  }
});

test("lengths count characters, not bytes, escapes or UTF-16 units", () => {
  const two = encodeCharacters(limitLength(anyTextOf(everyCharacter), 2, 2), "json");
  expect(["ab", "é中", "😀😀", '"\\', "\n\u0001"].filter((text) => !acceptsText(two, inside(text)))).toEqual([]);
  expect(["", "a", "abc", "😀", "😀😀😀"].filter((text) => acceptsText(two, inside(text)))).toEqual([]);
});

test("names that are taken are excluded, names that begin or go on like them are not", () => {
  const others = encodeCharacters(anyTextBut(["name", "é", ""], everyCharacter), "json");
  expect(["nam", "names", "x", "éé", "NAME", "ê"].filter((text) => !acceptsText(others, inside(text)))).toEqual([]);
  expect(["name", "é", ""].filter((text) => acceptsText(others, inside(text)))).toEqual([]);
});
