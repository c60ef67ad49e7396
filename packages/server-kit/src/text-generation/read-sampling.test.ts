import { z } from "zod";
import { dialectSampling, maxTokensField } from "@repo/contracts/generation-dialects";
import { expect, test } from "vitest";
import { readSampling } from "./read-sampling.ts";

const fields = z.object(dialectSampling);

test("null is absent, and what is off is told as off", () => {
  expect(readSampling({ temperature: null, top_p: 1, top_k: -1, seed: null, stop: null }, null)).toEqual({ topP: 1, topK: 0 });
  expect(readSampling({ top_k: 0, min_p: 0 }, -1)).toEqual({ topK: 0, minP: 0 });
});

test.each([[{ temperature: 0 }], [{ top_p: 0 }], [{ do_sample: false, temperature: 0.9 }]])("%o takes the likeliest token", (given) => {
  expect(readSampling(given, 5)).toEqual({ maxNewTokens: 5, temperature: 0 });
});

test("stop texts come alone or as a list, each once; an empty one is refused", () => {
  expect(readSampling({ stop: "\n" }, 5).stop).toEqual(["\n"]);
  expect(readSampling({ stop: ["a", "b", "a"] }, 5).stop).toEqual(["a", "b"]);
  expect(() => readSampling({ stop: "" }, 5)).toThrow("stop");
});

test("any whole number is a seed; one that JSON could not carry whole stays a whole number", () => {
  expect(fields.parse({ seed: -3 }).seed).toBe(-3);
  expect(Number.isSafeInteger(fields.parse({ seed: 2 ** 64 }).seed)).toBe(true);
  expect(fields.safeParse({ seed: 0.5 }).success).toBe(false);
});

test.each([
  ["temperature", -0.1],
  ["temperature", Number.NaN],
  ["temperature", Number.POSITIVE_INFINITY],
  ["top_p", -0.1],
  ["top_p", 1.1],
  ["top_k", -2],
  ["top_k", 1.5],
  ["min_p", 2],
  ["repetition_penalty", 0],
  ["repetition_penalty", -1],
  ["frequency_penalty", 3],
  ["presence_penalty", Number.NaN],
  ["seed", Number.NaN],
  ["stop", [""]],
  ["stop", Array.from({ length: 17 }, () => "a")],
])("%s %s is refused", (name, value) => {
  const parsed = fields.safeParse({ [name]: value });
  expect(parsed.error?.issues[0]?.path[0]).toBe(name);
});

test.each([0, -2, 1.5, Number.NaN])("a length of %s is refused", (length) => {
  expect(maxTokensField.safeParse(length).success).toBe(false);
});
