import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createAnswerText } from "./answer-text.ts";

/** A vocabulary of all byte strings: token n is the n-th piece. */
function read(pieces: readonly Uint8Array[], stop: readonly string[] = []) {
  const answer = createAnswerText({ bytesOf: (token) => pieces[token], stop });
  const steps = pieces.map((_, token) => answer.push(token));
  steps.push(answer.end());
  return {
    texts: steps.map(({ text }) => text),
    text: steps.map(({ text }) => text).join(""),
    stoppedBy: steps.find((step) => step.stoppedBy !== undefined)?.stoppedBy,
  };
}

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
}

test("characters whose bytes are spread over tokens are given whole", () => {
  const bytes = new TextEncoder().encode("é漢😀");
  expect(read(Array.from(bytes, (byte) => Uint8Array.of(byte))).texts).toEqual(["", "é", "", "", "漢", "", "", "", "😀", ""]);
});

test("control tokens add no text and bytes that never become a character are marked at the end", () => {
  const answer = createAnswerText({ bytesOf: (token) => (token === 0 ? undefined : Uint8Array.of(0xe6)) });
  expect(answer.push(0)).toEqual({ text: "" });
  expect(answer.push(1)).toEqual({ text: "" });
  expect(answer.end()).toEqual({ text: "\ufffd" });
});

test("text that may become a stop string is held back, and let go when it does not", () => {
  const pieces = ["a", "\n", "\n", "b", "\nEND"].map((text) => new TextEncoder().encode(text));
  expect(read(pieces, ["\n\nEND", "\nEN"])).toEqual({ texts: ["a", "", "", "\n\nb", "", ""], text: "a\n\nb", stoppedBy: "\nEN" });
});

test("nothing comes after a stop string", () => {
  const pieces = ["on", "e sto", "p two stop", " three"].map((text) => new TextEncoder().encode(text));
  expect(read(pieces, ["stop"])).toMatchObject({ text: "one ", stoppedBy: "stop" });
});

test("the answer does not depend on how its bytes are cut into tokens, and no piece ends in half a character", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "b", "c", "é", "😀"), maxLength: 30 }),
      fc.array(fc.nat(200), { maxLength: 12 }),
      fc.array(fc.string({ unit: fc.constantFrom("a", "b", "c", "é", "😀"), minLength: 1, maxLength: 3 }), { maxLength: 4 }),
      (text, places, stop) => {
        const bytes = new TextEncoder().encode(text);
        const whole = read([bytes], stop);
        const parts = read(cut(bytes, places), stop);
        expect({ text: parts.text, stoppedBy: parts.stoppedBy }).toEqual({ text: whole.text, stoppedBy: whole.stoppedBy });
        for (const piece of parts.texts) expect(piece.isWellFormed()).toBe(true);
        expect(text.startsWith(whole.text + (whole.stoppedBy ?? ""))).toBe(true);
        expect(whole.stoppedBy !== undefined || whole.text === text).toBe(true);
        for (const candidate of stop) expect(whole.text.includes(candidate)).toBe(false);
      },
    ),
    { numRuns: 500 },
  );
});
