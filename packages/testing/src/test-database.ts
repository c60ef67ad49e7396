import { createHash, randomUUID } from "node:crypto";

/** Beginning of the names of databases that tests make on a server, by which `pnpm test:postgres` removes them. */
export const testDatabasePrefix = "outpost_test_";

/**
 * Where the database of a test is, as options of app-kit's openDatabase: embedded, or on the PostgreSQL that
 * TEST_DATABASE_URL names, a database of its own. A test that uses it runs on both (`pnpm test:postgres`).
 * @param directory default "memory"; another one names the same database every time, for tests that open it again
 */
export function testDatabase(directory = "memory"): { directory: string; url?: string; name?: string } {
  const url = process.env["TEST_DATABASE_URL"];
  if (url === undefined || url === "") return { directory };
  const name = directory === "memory" ? randomUUID() : createHash("sha256").update(directory).digest("hex").slice(0, 32);
  return { directory, url, name: `${testDatabasePrefix}${name.replaceAll("-", "")}` };
}
