import { PGlite } from "@electric-sql/pglite";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { vector } from "@electric-sql/pglite-pgvector";
import { CodedError } from "@repo/contracts/coded-error";
import { toCodedError } from "@repo/server-kit/error-response";
import { sql } from "drizzle-orm";
import { drizzle as drizzlePostgres } from "drizzle-orm/node-postgres";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import { drizzle as drizzlePglite } from "drizzle-orm/pglite";
import { migrate as migratePglite } from "drizzle-orm/pglite/migrator";
import { Pool } from "pg";
import { explainAbsence, toAbsence } from "./database-absence.ts";
import { lockDirectory } from "./lock-directory.ts";
import { migrateServer } from "./migrate-server.ts";
import { openNamedDatabase } from "./open-named-database.ts";

/** Drizzle over whichever Postgres the app was given; queries do not know which. */
export type Database = PgDatabase<PgQueryResultHKT, Record<string, never>>;

/** An open database and what its owner must do with it. */
export interface OpenDatabase {
  db: Database;
  /** pglite: inside this process, files in a directory; postgres: a server. */
  kind: "pglite" | "postgres";
  /** The same database for a library that brings its own queries (job-queue.ts): the embedded one itself, or an address. */
  source: { client: PGlite } | { url: string };
  /** One round trip; throws when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Options of {@link openDatabase}. */
export interface OpenDatabaseOptions {
  /** postgres:// address; without it the embedded database is used. */
  url?: string | undefined;
  /**
   * Database on that server, made when there is none, in place of the one in the address: apps that share a server need one
   * each. Not used by the embedded database.
   */
  name?: string | undefined;
  /** Directory of the embedded database; "memory" keeps nothing, for tests. */
  directory: string;
  /** Folder with drizzle-kit's migrations; they are applied before this returns. */
  migrationsFolder: string;
  /** Called for errors of server connections that belong to no query. Default: ignored, the pool reconnects. */
  onError?: (error: Error) => void;
}

/** Time to get a connection before a query fails, milliseconds: a database that is away must not hang a page. */
const connectTimeoutMs = 5_000;
/** Longest statement, milliseconds; bulk work is done in batches that stay far below. */
const statementTimeoutMs = 60_000;

async function openPglite(options: OpenDatabaseOptions): Promise<OpenDatabase> {
  const inMemory = options.directory === "memory";
  const unlock = inMemory ? (): void => undefined : lockDirectory(options.directory);
  try {
    const client = await PGlite.create({
      ...(inMemory ? {} : { dataDir: `${options.directory}/postgres` }),
      extensions: { vector, pg_trgm },
    });
    const db = drizzlePglite(client);
    await migratePglite(db, { migrationsFolder: options.migrationsFolder });
    return {
      db: db as unknown as Database,
      kind: "pglite",
      source: { client },
      ping: async () => void (await db.execute(sql`select 1`)),
      close: async () => {
        await client.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

async function openPostgres(address: string, options: OpenDatabaseOptions): Promise<OpenDatabase> {
  const url = options.name === undefined ? address : await openNamedDatabase(address, options.name);
  const pool = explainAbsence(
    new Pool({ connectionString: url, max: 10, connectionTimeoutMillis: connectTimeoutMs, statement_timeout: statementTimeoutMs }),
    options.onError ?? (() => undefined),
  );
  const db = drizzlePostgres(pool);
  try {
    await migrateServer(pool, options.migrationsFolder);
  } catch (error) {
    await pool.end();
    throw error;
  }
  return {
    db: db as unknown as Database,
    kind: "postgres",
    source: { url },
    ping: async () => void (await db.execute(sql`select 1`)),
    close: async () => await pool.end(),
  };
}

/** Who starts an app may know the server's address, and needs it: most often that is what is wrong. */
function nameServer(thrown: unknown, url: string): unknown {
  const { code, cause } = toCodedError(toAbsence(thrown));
  if (code !== "database_unavailable") return thrown;
  const { host } = new URL(url);
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CodedError(
    "database_unavailable",
    `The database server ${host} of DATABASE_URL does not answer: ${reason}. Is it running, and is the address right?`,
    {
      cause,
    },
  );
}

/**
 * Opens the app's database and brings its schema up to date: PostgreSQL where `url` is given, otherwise PGlite (PostgreSQL
 * compiled to WebAssembly) in `directory`. Both have pgvector and pg_trgm.
 * Processes that start at once on one server wait for each other's migrations.
 * @throws CodedError internal when another process holds the directory, or another app has its tables in the database; database_unavailable
 * when the server does not answer
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<OpenDatabase> {
  const { url } = options;
  if (url === undefined) return await openPglite(options);
  try {
    return await openPostgres(url, options);
  } catch (thrown) {
    throw nameServer(thrown, url);
  }
}
