import { readFileSync } from "node:fs";
import { isEnvTableCurrent } from "@repo/server-kit/env-table";
import { expect, test } from "vitest";
import { configSchema } from "./config.ts";

test("the README's table of variables is the configuration's", () => {
  expect(isEnvTableCurrent(readFileSync(new URL("../README.md", import.meta.url), "utf8"), configSchema)).toBe(true);
});
