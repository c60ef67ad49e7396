import { CodedError } from "@repo/contracts/coded-error";
import { Client, DatabaseError, escapeIdentifier } from "pg";

/** Longest wait for the server, milliseconds. */
const connectTimeoutMs = 5_000;
/** @source PostgreSQL, Appendix A: "duplicate_database", and "unique_violation" when two make it at once */
const existsAlready = new Set(["42P04", "23505"]);

/**
 * The address of a database by name on the server of `address`; it is made when the server has none of that name.
 * @throws CodedError internal when it may not be made; the driver's error when the server does not answer
 */
export async function openNamedDatabase(address: string, name: string): Promise<string> {
  const url = new URL(address);
  // pg undoes encodeURI, and leaves what encodeURIComponent does beyond it.
  url.pathname = `/${encodeURI(name)}`;
  const client = new Client({ connectionString: address, connectionTimeoutMillis: connectTimeoutMs });
  await client.connect();
  try {
    const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [name]);
    if (rowCount === 0) await client.query(`create database ${escapeIdentifier(name)}`);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    if (!existsAlready.has(error.code ?? "")) {
      throw new CodedError(
        "internal",
        `The database "${name}" of DATABASE_NAME does not exist and could not be made (${error.message}). Make it by hand: create database ${escapeIdentifier(name)}.`,
        { cause: error },
      );
    }
  } finally {
    await client.end();
  }
  return url.href;
}
