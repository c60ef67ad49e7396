import type { Database } from "@repo/app-kit/open-database";

/** Times a transaction is tried when others are in its way. */
const maxTries = 4;
/**
 * PostgreSQL ended one of two transactions that waited for each other, or that cannot be put in an order; either succeeds
 * when it is run again.
 * @source PostgreSQL documentation, appendix A: 40P01 deadlock_detected, 40001 serialization_failure
 */
const againCodes = new Set(["40P01", "40001"]);

const toSqlState = (thrown: unknown): unknown => {
  const { code, cause } = (thrown ?? {}) as { code?: unknown; cause?: { code?: unknown } };
  return cause?.code ?? code;
};

/** Runs `work` in a transaction, again where PostgreSQL asks for that. It must do nothing outside of the database. */
export async function inTransaction<Result>(db: Database, work: (transaction: Database) => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await db.transaction(async (transaction) => await work(transaction as Database));
    } catch (thrown) {
      if (tries >= maxTries || !againCodes.has(String(toSqlState(thrown)))) throw thrown;
    }
  }
}
