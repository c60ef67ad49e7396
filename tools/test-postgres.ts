/**
 * `pnpm test:postgres`: the tests that open a database, once more on a PostgreSQL with pgvector and pg_trgm. The server is the one
 * that TEST_DATABASE_URL names (its user may create databases), or one started with Docker for the time of the tests.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { testDatabasePrefix } from "@repo/testing/test-database";
import { Client, escapeIdentifier } from "pg";
import { readImage } from "./ship/read-compose.ts";
import { repositoryRoot } from "./workspace-units.ts";

const startTimeoutMs = 60_000;

interface Server {
  url: string;
  stop(): void;
}

/** Folders whose tests open a database in a way that knows both kinds. */
function findUnits(): string[] {
  const apps = readdirSync(join(repositoryRoot, "apps"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return ["packages/app-kit", ...apps.map(({ name }) => `apps/${name}`)].filter((folder) =>
    readdirSync(join(repositoryRoot, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /^(?:src|test)\/.*[.]tsx?$/.test(name))
      .some((name) => readFileSync(join(repositoryRoot, folder, name), "utf8").includes("testDatabase(")),
  );
}

function startContainer(): Server {
  const docker = (...args: string[]): string => execFileSync("docker", args, { encoding: "utf8" }).trim();
  const password = "for-the-time-of-the-tests";
  // Nothing of it is kept: its files are in memory, and it waits for no disk.
  const options = ["-e", `POSTGRES_PASSWORD=${password}`, "-p", "127.0.0.1::5432", "--tmpfs", "/var/lib/postgresql/data"];
  const id = docker("run", "-d", "--rm", ...options, readImage("postgres"), "-c", "fsync=off", "-c", "max_connections=300");
  const address = docker("port", id, "5432/tcp").split("\n")[0] ?? "";
  return { url: `postgres://postgres:${password}@${address}/postgres`, stop: () => void docker("stop", "-t", "1", id) };
}

async function connect(url: string): Promise<Client> {
  for (const giveUpAt = Date.now() + startTimeoutMs; ; await sleep(500)) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (Date.now() > giveUpAt) throw error;
    }
  }
}

async function removeTestDatabases(client: Client): Promise<void> {
  const { rows } = await client.query("select datname from pg_database where starts_with(datname, $1)", [testDatabasePrefix]);
  for (const { datname } of rows as { datname: string }[]) await client.query(`drop database ${escapeIdentifier(datname)} with (force)`);
}

async function main(): Promise<number> {
  const given = process.env["TEST_DATABASE_URL"];
  const server: Server = given === undefined || given === "" ? startContainer() : { url: given, stop: () => undefined };
  try {
    const client = await connect(server.url);
    const { rows } = await client.query(
      "select version(), (select default_version from pg_available_extensions where name = 'vector') as vector",
    );
    const { version, vector } = rows[0] as { version: string; vector: string | null };
    if (vector === null) throw new Error(`This server has no pgvector: ${version}`);
    console.log(`${version}\npgvector ${vector}`);
    const chosen = process.argv.slice(2);
    const result = spawnSync("vitest", ["run", "--project", "unit", ...(chosen.length > 0 ? chosen : findUnits())], {
      cwd: repositoryRoot,
      env: { ...process.env, TEST_DATABASE_URL: server.url },
      stdio: "inherit",
      shell: process.platform === "win32",
    });
    await removeTestDatabases(client);
    await client.end();
    return result.status ?? 1;
  } finally {
    server.stop();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error("Name a server with TEST_DATABASE_URL=postgres://user:password@host/postgres, or start Docker.");
  process.exitCode = 1;
}
