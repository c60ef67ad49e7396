import { CodedError } from "@repo/contracts/coded-error";
import type { Pool, PoolClient } from "pg";

/** What Node says of a server that cannot be reached. */
const networkCodes = new Set(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EPIPE"]);
/**
 * What PostgreSQL says when it stops, has crashed, starts, or has no connection left; class 08 are its connection errors.
 * @source PostgreSQL documentation, appendix A
 */
const serverCodes = /^(?:57P0[123]|53300|08...)$/;
/** What pg says of a connection that broke or was not to be had; it gives these no code. */
const driverMessages = /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** Whether the driver threw this because the server is not there right now, and not because of what it was asked. */
export function isAbsence(thrown: unknown): boolean {
  const { code, message } = (thrown ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === "string") return networkCodes.has(code) || serverCodes.test(code);
  return typeof message === "string" && driverMessages.test(message);
}

/** The driver's error, or what it means for whoever asked. */
export function toAbsence(thrown: unknown): unknown {
  if (!isAbsence(thrown)) return thrown;
  return new CodedError("database_unavailable", "The database does not answer right now. Nothing is lost; try again in a moment.", {
    cause: thrown,
    retryAfterMs: 2_000,
  });
}

/** Rejects with what an absence means for whoever asked. */
export async function explained<Value>(work: Promise<Value>): Promise<Value> {
  return await work.catch((error: unknown) => Promise.reject(toAbsence(error) as Error));
}

/** Has a method that answers with a promise reject as {@link explained}; where it is given a callback it stays as it is. */
function explainMethod(target: Pool | PoolClient, name: "query" | "connect"): void {
  const methods = target as unknown as Record<string, (...values: unknown[]) => unknown>;
  const original = methods[name]?.bind(target);
  methods[name] = (...values) => {
    const result = original?.(...values);
    return result instanceof Promise ? explained(result) : result;
  };
}

/**
 * Has a pool and its connections reject with CodedError database_unavailable while the server is away.
 * @param onError called for connections that break while no query is under way
 */
export function explainAbsence(pool: Pool, onError: (error: Error) => void): Pool {
  for (const name of ["query", "connect"] as const) explainMethod(pool, name);
  // Without listeners a connection that breaks would end the process: an idle one tells the pool, one that a transaction holds
  // between two statements only itself.
  pool.on("error", onError);
  pool.on("connect", (client: PoolClient) => {
    explainMethod(client, "query");
    client.on("error", onError);
  });
  return pool;
}
