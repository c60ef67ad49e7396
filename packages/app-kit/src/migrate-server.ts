import { CodedError } from "@repo/contracts/coded-error";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import { readMigrationFiles } from "drizzle-orm/migrator";
import type { Pool, PoolClient } from "pg";

/** Number that the lock is known by, within one database; any other would do. */
const lockKey = 7_860_001;
/** Longest migration, and longest wait for another process's, milliseconds: an index over many rows takes minutes. */
const migrationTimeoutMs = 600_000;

/**
 * Applies drizzle-kit's migrations on one connection of the pool, one process at a time: without the lock two that start
 * together both find a table missing, and the slower one fails.
 * @throws CodedError internal when the database holds the tables of another app
 */
export async function migrateServer(pool: Pool, migrationsFolder: string): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query(`set statement_timeout = ${migrationTimeoutMs}`);
    await client.query("select pg_advisory_lock($1)", [lockKey]);
    await refuseOthersDatabase(client, migrationsFolder);
    await migrate(drizzle(client), { migrationsFolder });
  } finally {
    // Closed and not given back: that ends the lock and the time limit in every case.
    client.release(true);
  }
}

/** drizzle compares dates only: among another app's migrations it would leave out the older ones of this app, silently. */
async function refuseOthersDatabase(client: PoolClient, migrationsFolder: string): Promise<void> {
  const { rows: tables } = await client.query("select to_regclass('drizzle.__drizzle_migrations') as migrations");
  if ((tables[0] as { migrations: string | null }).migrations === null) return;
  const { rows } = await client.query("select hash from drizzle.__drizzle_migrations");
  const own = new Set(readMigrationFiles({ migrationsFolder }).map(({ hash }) => hash));
  if (rows.length === 0 || (rows as { hash: string }[]).some(({ hash }) => own.has(hash))) return;
  throw new CodedError(
    "internal",
    "The database of DATABASE_URL holds the tables of another app. Every app needs a database of its own: set DATABASE_NAME, and it is made on the same server.",
  );
}
