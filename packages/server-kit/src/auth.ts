import { createHash, timingSafeEqual } from "node:crypto";
import { CodedError } from "@repo/contracts/coded-error";
import type { Secret } from "./secret.ts";

/**
 * Throws unauthorized or forbidden when the headers do not open the service. What it gives (who is calling, say) reaches
 * the handlers as HandlerContext.caller.
 */
export type Authenticate = (headers: Headers) => unknown;

/**
 * Checks keys in constant time: both sides are hashed, so that neither the length nor the position of the first wrong
 * character shows in the time it takes.
 *
 * The key comes as `X-API-Key`, or as `Authorization` with or without "Bearer " or "Token ". X-API-Key wins when both are there: in
 * front of a private Space, Authorization holds the caller's Hugging Face token, which is not ours to judge.
 * @param keys no keys means open: everything passes
 */
export function createAuthenticate(keys: readonly Secret[]): Authenticate {
  if (keys.length === 0) return () => {};
  const digests = keys.map((key) => digest(key.reveal()));
  return (headers) => {
    const given = readKey(headers);
    if (given === undefined) {
      throw new CodedError("unauthorized", "This service needs a key: send it as `Authorization: Bearer <key>` or `X-API-Key: <key>`.");
    }
    const candidate = digest(given);
    // Every key is compared, so that the time does not tell which one matched.
    const matches = digests.filter((expected) => timingSafeEqual(expected, candidate)).length;
    if (matches === 0) throw new CodedError("unauthorized", "The key is not one of this service's keys.");
  };
}

/**
 * The key that headers carry: X-API-Key, or Authorization with or without "Bearer " or "Token ". The word may be doubled:
 * some clients put it before what their users were told to write with it.
 */
export function readKey(headers: Headers): string | undefined {
  const apiKey = headers.get("x-api-key")?.trim();
  if (apiKey) return apiKey;
  const authorization = headers.get("authorization")?.trim();
  if (!authorization) return undefined;
  return authorization.replace(/^(?:(?:bearer|token)\s+)+/i, "");
}

function digest(value: string): Buffer {
  return createHash("sha256").update(value, "utf8").digest();
}
