/**
 * `pnpm --filter @repo/idea-playground migrate [--json]`: brings the database's schema and the settings in it up to date, and
 * says what it did. Safe to run again at any time; the server does the same when it starts. Exit codes: 0 done, 3 the
 * database or the settings in it cannot be read.
 */
import { parseArgs } from "node:util";
import { CodedError } from "@repo/contracts/coded-error";
import { readConfig } from "./config.ts";
import { openPlaygroundDatabase } from "./open-playground-database.ts";
import { migrateSettings } from "./settings/migrate-settings.ts";
import { loadSecretKey } from "./settings/secret-key.ts";

const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
const config = readConfig();
try {
  const database = await openPlaygroundDatabase(config);
  try {
    const done = await migrateSettings(database.db, await loadSecretKey(config));
    if (values.json) console.log(JSON.stringify({ ok: true, database: database.kind, done }));
    else console.log(["The schema is up to date.", ...(done.length === 0 ? ["The settings were up to date."] : done)].join("\n"));
  } finally {
    await database.close();
  }
} catch (error) {
  const message = CodedError.isInstance(error) ? error.message : `The database cannot be used: ${String(error)}`;
  if (values.json) console.log(JSON.stringify({ ok: false, error: message }));
  else console.error(message);
  process.exitCode = 3;
}
