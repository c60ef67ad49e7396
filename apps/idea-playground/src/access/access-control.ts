import { timingSafeEqual } from "node:crypto";
import { isCalledLoopback, isLoopback } from "@repo/app-kit/loopback";
import { hashToken } from "@repo/app-kit/opaque-token";
import { isSameOrigin } from "@repo/app-kit/same-origin";
import { CodedError } from "@repo/contracts/coded-error";
import { readKey } from "@repo/server-kit/auth";
import type { Secret } from "@repo/server-kit/secret";

/** Who is asking. A visitor uses the playground; the administrator sees settings and usage as well. */
export type Access = "administrator" | "visitor";

/** Tells who is asking. */
export interface AccessControl {
  /** keys: a key is needed; local: none is needed, this machine only; open: AUTH_DISABLED. */
  readonly mode: "keys" | "local" | "open";
  /**
   * Who sent these headers: by `Authorization: Bearer <key>`, `X-API-Key` or the session's cookie.
   * @throws CodedError unauthorized without a good key; forbidden for a page of another origin that brings none
   */
  authorize(headers: Headers): Promise<Access>;
  /** Whether this is the administrator's key. For sign-in. */
  isKey(key: string): boolean;
}

/** What {@link createAccessControl} needs. */
export interface AccessOptions {
  /** Hash of the key behind a request's session, as Sessions has it. */
  findSessionKeyHash: (headers: Headers) => Promise<string | undefined>;
  /** Address the server listens on. */
  host: string;
  adminKey?: Secret | undefined;
  authDisabled: boolean;
  /** Whether the playground is open to everybody. */
  isPublic: boolean;
}

/**
 * Decides who may do what.
 * @throws CodedError invalid_request when everybody on the network would be the administrator without anybody having said so
 */
export function createAccessControl(options: AccessOptions): AccessControl {
  const { adminKey, authDisabled, isPublic } = options;
  const adminHash = adminKey === undefined ? undefined : Buffer.from(hashToken(adminKey.reveal()), "hex");
  const mode = authDisabled ? "open" : adminHash !== undefined ? "keys" : "local";
  if (mode === "local" && !isLoopback(options.host)) {
    throw new CodedError(
      "invalid_request",
      `Set ADMIN_API_KEY: HOST=${options.host} is reachable from other machines, and without a key everybody there could read and change the settings. (AUTH_DISABLED=true is the way to want exactly that.)`,
    );
  }
  const isAdminHash = (hash: string): boolean => adminHash !== undefined && timingSafeEqual(Buffer.from(hash, "hex"), adminHash);

  return {
    mode,
    isKey: (key) => isAdminHash(hashToken(key)),
    async authorize(headers) {
      const key = readKey(headers);
      // A browser sends a cookie by itself, so the page it comes from counts; a key is sent by whoever has it.
      if (key === undefined || mode === "open") assertOwnPage(headers, mode === "local");
      if (mode === "open") return "administrator";
      const keyHash = key === undefined ? await options.findSessionKeyHash(headers) : hashToken(key);
      if (keyHash !== undefined && isAdminHash(keyHash)) return "administrator";
      if (mode === "local" && key === undefined) return "administrator";
      if (key !== undefined) throw new CodedError("unauthorized", "The key is wrong.");
      if (isPublic) return "visitor";
      throw new CodedError("unauthorized", "This server needs a key: send it as `Authorization: Bearer <key>` or `X-API-Key: <key>`.");
    },
  };
}

/**
 * Refuses what a page of another origin makes a visitor's browser send, since no key proves that the visitor wants it.
 */
function assertOwnPage(headers: Headers, mustBeLoopback: boolean): void {
  if (!isSameOrigin(headers)) throw new CodedError("forbidden", "A page of another origin may not do this without a key.");
  if (mustBeLoopback && !isCalledLoopback(headers)) {
    throw new CodedError("forbidden", "Without a key this server answers on this machine's own names only, such as http://localhost.");
  }
}

/** @throws CodedError unauthorized for everybody but the administrator, so that a browser is led to the sign-in page */
export function assertAdministrator(access: Access): void {
  if (access !== "administrator") throw new CodedError("unauthorized", "Only the administrator may see this.");
}
