import { expect, test } from "vitest";
import { z } from "zod";
import { warnOfUnknownFields } from "./unknown-fields.ts";

const known = z.looseObject({ prompt: z.string() });

test("what shapes the drawing is told, what changes nothing is not", () => {
  expect(warnOfUnknownFields({ prompt: "x", top_a: 1, user: "u", metadata: {} }, known)).toEqual([
    "top_a is not known here and was ignored.",
  ]);
  expect(warnOfUnknownFields({ prompt: "x", other: 1 }, known, ["other"])).toEqual([]);
});

test.each(["logit_bias", "min_tokens", "stop_token_ids", "tools", "guided_decoding_backend", "structural_tag", "ebnf", "my_json_schema"])(
  "%s demands something of the text and is refused, unless it holds nothing",
  (name) => {
    expect(() => warnOfUnknownFields({ prompt: "x", [name]: { a: 1 } }, known)).toThrow(`${name} is not supported`);
    for (const nothing of [null, undefined, false, [], {}, "none"])
      expect(warnOfUnknownFields({ prompt: "x", [name]: nothing }, known)).toEqual([]);
  },
);

test("a thousand unknown fields with endless names do not make an endless answer", () => {
  const body = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`x${index}${"y".repeat(500)}`, 1]));
  const warnings = warnOfUnknownFields({ prompt: "x", ...body }, known);
  expect(warnings).toHaveLength(20);
  expect(Math.max(...warnings.map(({ length }) => length))).toBeLessThan(120);
});
