import { expect, test } from "vitest";
import { z } from "zod";
import { booleanVariable, integerVariable, listVariable, urlVariable } from "./env-schema.ts";
import { ConfigError, loadConfig } from "./load-config.ts";
import { secretSchema } from "./secret.ts";
import { serverVariables, toServerOptions } from "./server-variables.ts";

const schema = z.object({
  WORKERS: integerVariable(1, 8).default(2),
  MODEL: z.enum(["pocket", "full"]).default("pocket"),
  VERBOSE: booleanVariable().default(false),
  ORIGINS: listVariable().default([]),
  ENDPOINT: urlVariable().default("https://example.org"),
  TOKEN: secretSchema().optional(),
});

function findProblems(environment: Record<string, string>): readonly string[] {
  try {
    loadConfig(schema, environment);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    return thrown.problems;
  }
}

test("unset variables get their defaults, and an empty or blank one counts as unset", () => {
  const expected = { WORKERS: 2, MODEL: "pocket", VERBOSE: false, ORIGINS: [], ENDPOINT: "https://example.org" };
  expect(loadConfig(schema, {})).toEqual(expected);
  expect(loadConfig(schema, { WORKERS: "", MODEL: "  ", TOKEN: "" })).toEqual(expected);
});

test("values are typed and trimmed, and variables of others are left alone", () => {
  const config = loadConfig(schema, { WORKERS: " 4 ", VERBOSE: "yes", ORIGINS: "a, b,,", ENDPOINT: "http://host:1/x//", HOME: "/root" });
  expect(config).toEqual({ WORKERS: 4, MODEL: "pocket", VERBOSE: true, ORIGINS: ["a", "b"], ENDPOINT: "http://host:1/x" });
  expect(Object.isFrozen(config)).toBe(true);
});

test("all problems are reported at once, by name and expectation, without the values", () => {
  const problems = findProblems({ WORKERS: "many", MODEL: "hunter2", VERBOSE: "hunter2", ENDPOINT: "ftp://hunter2" });
  expect(problems).toHaveLength(4);
  expect(problems).toContain("WORKERS: expected number, received text of 4 characters");
  expect(problems).toContain("MODEL: expected pocket or full, received text of 7 characters");
  expect(problems.join()).not.toContain("hunter2");
});

test("a number out of range says which range", () => {
  expect(() => loadConfig(schema, { WORKERS: "9" })).toThrow("WORKERS: expected at most 8, received a number");
  expect(() => loadConfig(schema, { WORKERS: "0" })).toThrow("WORKERS: expected at least 1, received a number");
  expect(() => loadConfig(schema, { WORKERS: "1.5" })).toThrow("WORKERS: expected int, received a number");
});

test("the keys of both variables count", () => {
  const config = loadConfig(z.object(serverVariables({ port: 1 })), { SPACE_API_KEYS: "a,b", HF_SPACE_API_TOKEN: "c" });
  expect(toServerOptions(config).apiKeys.map((key) => key.reveal())).toEqual(["a", "b", "c"]);
  expect(JSON.stringify(config)).not.toContain('"a"');
});
