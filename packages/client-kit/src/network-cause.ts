/** Why a request got no answer at all. */
export type NetworkCause = "refused" | "dns" | "tls" | "reset" | "network";

/** {@link NetworkCause} in words. */
export const networkCauseMeaning: Record<NetworkCause, string> = {
  refused: "nothing listens at this address",
  dns: "there is no host of this name, or names cannot be resolved here",
  tls: "its certificate is not trusted",
  reset: "the connection was cut",
  network: "the network failed",
};

/**
 * Reads the reason out of what fetch threw. Node says it in the code of a nested cause; browsers say nothing ("network").
 * @source Node's errno names and OpenSSL verify codes (https://nodejs.org/api/errors.html, https://nodejs.org/api/tls.html)
 */
export function networkCause(thrown: unknown): NetworkCause {
  for (const code of codesOf(thrown, 4)) {
    if (code === "ECONNREFUSED") return "refused";
    if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "dns";
    if (/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_/.test(code)) return "tls";
    if (code === "ECONNRESET" || code === "EPIPE" || code === "UND_ERR_SOCKET") return "reset";
  }
  return "network";
}

function codesOf(thrown: unknown, depth: number): string[] {
  if (depth === 0 || typeof thrown !== "object" || thrown === null) return [];
  const { code, cause, errors } = thrown as { code?: unknown; cause?: unknown; errors?: unknown };
  const nested = [cause, ...(Array.isArray(errors) ? (errors as unknown[]) : [])];
  return [...(typeof code === "string" ? [code] : []), ...nested.flatMap((item) => codesOf(item, depth - 1))];
}
