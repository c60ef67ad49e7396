import * as fc from "fast-check";
import { expect, test } from "vitest";
import { checkSchema, vocabularies } from "../test/check-schema.ts";
import { createRandom } from "../test/random-numbers.ts";
import { tokensOf, type Walk, walkRandomly } from "../test/random-walk.ts";
import { anyCase } from "../test/schema-case.ts";
import { compileGrammar } from "./compile-grammar.ts";
import type { GrammarState } from "./compiled-grammar.ts";
import type { Grammar, GrammarOptions } from "./grammar.ts";

const [{ vocabulary, prepared }] = vocabularies as [(typeof vocabularies)[number]];
const compile = (grammar: Grammar, options?: GrammarOptions) => compileGrammar(grammar, prepared, options);
const compileSchema = (schema: unknown, options?: GrammarOptions) => compile({ type: "json_schema", schema }, options);

/** Many answers, each with its own budget of at most `most` tokens. */
function walkMany(grammar: Grammar, { count = 40, most = 60 } = {}): Walk[] {
  const compiled = compile(grammar);
  const random = createRandom(count);
  return Array.from({ length: count }, (_, index) => {
    const budget = compiled.leastTokens + Math.floor(random() * Math.max(1, most - compiled.leastTokens));
    return walkRandomly(compiled, vocabulary, { budget, random, useForced: index % 2 === 0, taste: index % 3 === 0 ? "longest" : "any" });
  });
}

/** Writes a text byte by byte. */
function write(state: GrammarState, text: string): GrammarState {
  for (const byte of Buffer.from(text)) state.accept(4 + byte);
  return state;
}

test("whatever a model prefers, the answer is JSON, validates with Ajv and fits into the budget", { timeout: 240_000 }, () => {
  const counts = { answers: 0, refused: 0 };
  fc.assert(
    fc.property(anyCase, (one) => {
      const answers = checkSchema(one);
      counts.answers += answers.length;
      if (answers.length === 0) counts.refused += 1;
    }),
    { numRuns: 150, seed: 20_261_129 },
  );
  // Most schemas are not refused, so that the property says something.
  expect(counts.answers).toBeGreaterThan(300);
  expect(counts.refused).toBeGreaterThan(5);
});

test("a mask holds exactly the tokens after which the answer can still be finished in time", { timeout: 120_000 }, () => {
  const schema = {
    type: "object",
    properties: {
      a: { type: "string", minLength: 2, maxLength: 6 },
      kids: { type: "array", items: { anyOf: [{ $ref: "#" }, { type: "integer", minimum: -3 }, { const: "é\n" }] }, maxItems: 2 },
      'say "hi"': { type: ["string", "null"], pattern: "^a+b?$" },
    },
    required: ["a"],
    additionalProperties: { type: "boolean" },
  };
  const canFinish = (state: GrammarState, remaining: number): boolean => {
    if (state.finished) return true;
    if (remaining < 1) return false;
    try {
      state.allowed(remaining);
      return true;
    } catch {
      return false;
    }
  };
  const random = createRandom(8);
  const compiled = compileSchema(schema);
  for (const spare of [0, 1, 3, 30]) {
    const budget = compiled.leastTokens + spare;
    const state = compiled.start(budget);
    for (let remaining = budget; !state.finished; remaining -= 1) {
      const allowed = tokensOf(state.allowed(remaining));
      const possible: number[] = [];
      for (let token = 0; token < vocabulary.size; token += 1) {
        const next = state.fork();
        try {
          next.accept(token);
        } catch {
          continue;
        }
        if (canFinish(next, remaining - 1)) possible.push(token);
      }
      expect(allowed).toEqual(possible);
      state.accept(allowed[Math.floor(random() * allowed.length)] as number);
    }
  }
});

test("leastTokens is enough, and one token less is refused before decoding", () => {
  const compiled = compileSchema({ type: "object", properties: { name: { type: "string", minLength: 3 } }, required: ["name"] });
  const walk = walkRandomly(compiled, vocabulary, { budget: compiled.leastTokens, random: createRandom(1), useForced: false });
  expect(walk.tokens.length).toBeLessThanOrEqual(compiled.leastTokens);
  expect(() => compiled.start(compiled.leastTokens - 1)).toThrow(
    expect.objectContaining({
      code: "invalid_request",
      details: { leastTokens: compiled.leastTokens, tokenBudget: compiled.leastTokens - 1 },
    }),
  );
  expect(() => compiled.start(Number.NaN)).toThrow("may be written");
});

test("tokens that span symbols of JSON save tokens: closing is counted in tokens, not in bytes", () => {
  const one = compileSchema({ type: "array", items: { type: "array", minItems: 1, items: { const: true } }, minItems: 1 });
  expect(Buffer.byteLength("[[true]]") + 1).toBe(9);
  expect(one.leastTokens).toBeLessThan(9);
});

test("json_object gives objects", () => {
  for (const { text } of walkMany({ type: "json_object" })) {
    const value: unknown = JSON.parse(text);
    expect(typeof value === "object" && value !== null && !Array.isArray(value)).toBe(true);
  }
});

test("a regex holds from the first to the last character, as raw text", () => {
  const texts = walkMany({ type: "regex", pattern: '(?:[A-Z]é|\\n){1,4}(?:foo|")?' }).map(({ text }) => text);
  expect(texts.filter((text) => !/^(?:(?:[A-Z]é|\n){1,4}(?:foo|")?)$/u.test(text))).toEqual([]);
  expect(new Set(texts).size).toBeGreaterThan(5);
});

test("choices that begin alike are all reached, and the empty one too", () => {
  const choices = ["a", "ab", "abc", "", "b", "😀"];
  const texts = walkMany({ type: "choice", choices }, { count: 120, most: 8 }).map(({ text }) => text);
  expect(new Set(texts)).toEqual(new Set(choices));
});

test("white space is what the spacing says", () => {
  const schema = { type: "object", properties: { a: { const: 1 }, b: { const: [1, { c: 2 }] } }, required: ["a", "b"] };
  const textOf = (options?: GrammarOptions) => {
    const compiled = compileSchema(schema, options);
    return walkRandomly(compiled, vocabulary, { budget: 99, random: createRandom(3), useForced: false }).text;
  };
  expect(textOf()).toBe('{"a":1,"b":[1,{"c":2}]}');
  expect(textOf({ spacing: "spaced" })).toBe('{"a": 1, "b": [1, {"c": 2}]}');
});

test("properties come in their declared order, required ones that are not declared after them", () => {
  const schema = {
    type: "object",
    properties: { z: { type: "null" }, a: { type: "null" } },
    required: ["m", "a", "z"],
    additionalProperties: { type: "null" },
  };
  for (const { text } of walkMany({ type: "json_schema", schema }, { count: 10 })) {
    expect(Object.keys(JSON.parse(text) as object).slice(0, 3)).toEqual(["z", "a", "m"]);
  }
});

test("a state of a fork does not change with its origin", () => {
  const origin = write(compileSchema({ enum: ["one", "only"] }).start(20), '"on');
  const fork = origin.fork();
  write(origin, 'e"');
  write(fork, 'ly"');
  origin.accept(2);
  expect(origin.finished).toBe(true);
  expect(fork.finished).toBe(false);
  expect(tokensOf(fork.allowed(5))).toEqual([2, 3]);
});

test("a token that is not allowed is an error, and nothing follows the end", () => {
  const state = compile({ type: "choice", choices: ["a"] }).start(5);
  expect(() => state.accept(4 + 98)).toThrow(expect.objectContaining({ code: "internal" }));
  expect(() => state.accept(0)).toThrow("does not allow token 0");
  expect(() => state.accept(2)).toThrow("does not allow token 2");
  write(state, "a").accept(3);
  expect(state.finished).toBe(true);
  expect(tokensOf(state.allowed(4))).toEqual([]);
  expect(state.forced(4)).toEqual([]);
  expect(() => state.accept(2)).toThrow("does not allow token 2");
});

test("fewer tokens than finishing takes are an error rather than an empty mask", () => {
  const state = compile({ type: "choice", choices: ["abcdef"] }).start(20);
  expect(() => state.allowed(1)).toThrow(expect.objectContaining({ code: "internal" }));
});

test("two options that begin alike at every level stay two options", () => {
  const tree = {
    $ref: "#/$defs/tree",
    $defs: {
      tree: {
        anyOf: [
          { type: "object", properties: { left: { $ref: "#/$defs/tree" } }, required: ["left"] },
          { type: "object", properties: { left: { $ref: "#/$defs/tree" }, right: { $ref: "#/$defs/tree" } }, required: ["left", "right"] },
          { type: "null" },
        ],
      },
    },
  };
  const depth = 200;
  const state = compileSchema(tree).start(100_000);
  write(state, '{"left":'.repeat(depth));
  write(state, "null");
  for (let level = 0; level < depth; level += 1) write(state, level % 2 === 0 ? ',"right":null}' : "}");
  expect(tokensOf(state.allowed(10))).toEqual([2, 3]);
});
