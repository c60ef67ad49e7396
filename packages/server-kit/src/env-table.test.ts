import { expect, test } from "vitest";
import { z } from "zod";
import { insertEnvTable, isEnvTableCurrent, renderEnvTable } from "./env-table.ts";
import { integerVariable } from "./env-schema.ts";
import { secretListSchema } from "./secret.ts";

const schema = z.object({
  PORT: integerVariable(0).default(7861).describe("Port | of the server."),
  DATABASE_URL: z.string().describe("Where the data is."),
  KEYS: secretListSchema().optional().describe("Keys."),
});
const readme = "# Title\n\n<!-- environment: generated from src/config.ts -->\nold\n<!-- /environment -->\n\nMore.\n";

test("the table has a row per variable with its default and description", () => {
  expect(renderEnvTable(schema).split("\n").slice(2)).toEqual([
    "| `PORT` | `7861` | Port \\| of the server. |",
    "| `DATABASE_URL` | required | Where the data is. |",
    "| `KEYS` | none | Keys. |",
  ]);
});

test("a README is current only while its table is the schema's, however its cells are padded", () => {
  expect(isEnvTableCurrent(readme, schema)).toBe(false);
  const current = insertEnvTable(readme, schema);
  expect(current.startsWith("# Title\n") && current.endsWith("\n\nMore.\n")).toBe(true);
  expect(isEnvTableCurrent(current, schema)).toBe(true);
  expect(isEnvTableCurrent(current.replace("| `KEYS` | none |", "| `KEYS`   |  none |"), schema)).toBe(true);
  expect(isEnvTableCurrent(current, schema.extend({ NEW: z.string() }))).toBe(false);
});

test("a README without the section is an error", () => {
  expect(() => insertEnvTable("# Title", schema)).toThrow("has no");
});
