/**
 * Writes the table of environment variables into the README of every Space and app, from the schema in its config.ts.
 * With --check it only says which ones are out of date. Takes the folder of the repository; default this one.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { insertEnvTable, isEnvTableCurrent } from "@repo/server-kit/env-table";
import type { z } from "zod";
import { readWorkspaceUnits } from "./workspace-units.ts";

const { values, positionals } = parseArgs({ options: { check: { type: "boolean", default: false } }, allowPositionals: true });
const isCheck = values.check;
const outdated: string[] = [];

for (const { kind, name, folder } of readWorkspaceUnits(positionals[0])) {
  const path = join(folder, "README.md");
  const label = `${kind}s/${name}/README.md`;
  if (!existsSync(path)) {
    outdated.push(`${label} is missing`);
    continue;
  }
  const { configSchema } = (await import(pathToFileURL(join(folder, "src/config.ts")).href)) as { configSchema: z.ZodObject };
  const readme = readFileSync(path, "utf8");
  if (isEnvTableCurrent(readme, configSchema)) continue;
  if (isCheck) outdated.push(`${label} does not match src/config.ts`);
  else writeFileSync(path, insertEnvTable(readme, configSchema));
}

if (outdated.length > 0) {
  console.error(`${outdated.join("\n")}\nRun "pnpm fix" to write the tables.`);
  process.exit(1);
}
