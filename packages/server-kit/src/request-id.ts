import { randomUUID } from "node:crypto";
import { requestIdHeader } from "@repo/contracts/call-context";

/** The caller's request id when it is short and harmless in a log line, otherwise a new one. */
export function toRequestId(headers: Headers): string {
  const given = headers.get(requestIdHeader);
  return given !== null && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}
