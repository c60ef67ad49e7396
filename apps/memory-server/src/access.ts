import { timingSafeEqual } from "node:crypto";
import { isCalledLoopback, isLoopback } from "@repo/app-kit/loopback";
import { CodedError } from "@repo/contracts/coded-error";
import { readKey } from "@repo/server-kit/auth";
import { isForeignOrigin } from "@repo/server-kit/request-origin";
import type { Secret } from "@repo/server-kit/secret";
import { hashKey, type KeyStore } from "./key-store.ts";
import type { MemoryScope } from "./memory-scope.ts";

/** Name of the console's session cookie. */
export const sessionCookie = "memory_session";

/** Who is asking. A user sees that user's memories only; an administrator everybody's. */
export interface Access {
  kind: "administrator" | "user";
  /** Set when kind is "user". */
  userId?: string | undefined;
}

/** Tells who is asking. */
export interface AccessControl {
  /**
   * Who sent these headers: by `Authorization: Bearer|Token <key>`, `X-API-Key` or the console's session cookie.
   * @throws CodedError unauthorized without a good key; forbidden for a page of another origin that brings none
   */
  authorize(headers: Headers): Promise<Access>;
  /** Who owns this key; undefined for a wrong or revoked one. For the console's sign-in. */
  check(key: string): Promise<Access | undefined>;
  /** keys: a key is needed; local: none is needed, this machine only; open: AUTH_DISABLED. */
  readonly mode: "keys" | "local" | "open";
}

/** What {@link createAccessControl} needs. */
export interface AccessOptions {
  keys: KeyStore;
  /** Hash of the key behind a request's session cookie, as ConsoleSessions has it. */
  findSessionKeyHash: (headers: Headers) => Promise<string | undefined>;
  /** Address the server listens on. */
  host: string;
  adminKey?: Secret | undefined;
  authDisabled: boolean;
  /** Origins of other pages that may call without a key. */
  allowedOrigins: readonly string[];
}

const administrator: Access = { kind: "administrator" };

/**
 * Decides who may do what.
 * @throws CodedError invalid_request when everybody on the network would be the administrator without anybody having said so
 */
export function createAccessControl(options: AccessOptions): AccessControl {
  const { keys, adminKey, authDisabled } = options;
  const adminHash = adminKey === undefined ? undefined : Buffer.from(hashKey(adminKey.reveal()), "hex");
  const mode = authDisabled ? "open" : adminHash !== undefined ? "keys" : "local";
  if (mode === "local" && !isLoopback(options.host)) {
    throw new CodedError(
      "invalid_request",
      `Set ADMIN_API_KEY: HOST=${options.host} is reachable from other machines, and without a key everybody there would read every memory. (AUTH_DISABLED=true is the way to want exactly that.)`,
    );
  }

  async function findOwner(keyHash: string): Promise<Access | undefined> {
    if (adminHash !== undefined && timingSafeEqual(Buffer.from(keyHash, "hex"), adminHash)) return administrator;
    const owner = await keys.findOwner(keyHash);
    if (owner === undefined) return undefined;
    return owner.userId === null ? administrator : { kind: "user", userId: owner.userId };
  }

  return {
    mode,
    check: async (key) => await findOwner(hashKey(key)),
    async authorize(headers) {
      if (mode === "open") {
        assertOwnPage(headers, options, false);
        return administrator;
      }
      const key = readKey(headers);
      const keyHash = key === undefined ? await options.findSessionKeyHash(headers) : hashKey(key);
      if (keyHash !== undefined) {
        // A browser sends a cookie by itself, so the page it comes from counts; a key is sent by whoever has it.
        if (key === undefined) assertOwnPage(headers, options, false);
        const access = await findOwner(keyHash);
        if (access !== undefined) return access;
        throw new CodedError(
          "unauthorized",
          mode === "local" ? "The key is wrong or revoked; on this machine none is needed." : "The key is wrong or revoked.",
        );
      }
      if (mode === "local") {
        assertOwnPage(headers, options, true);
        return administrator;
      }
      throw new CodedError("unauthorized", "This server needs a key: send it as `Authorization: Bearer <key>` or `X-API-Key: <key>`.");
    },
  };
}

/**
 * Refuses what a page of another origin makes a visitor's browser send, since no key proves that the visitor wants it.
 */
function assertOwnPage(headers: Headers, { allowedOrigins }: AccessOptions, mustBeLoopback: boolean): void {
  if (isForeignOrigin(headers, allowedOrigins)) {
    throw new CodedError("forbidden", "A page of another origin may not do this without a key; CORS_ORIGINS lists the ones that may.");
  }
  if (mustBeLoopback && !isCalledLoopback(headers)) {
    throw new CodedError("forbidden", "Without a key this server answers on this machine's own names only, such as http://localhost.");
  }
}

/**
 * The scope that a caller may see of the one that was asked for: a user's is narrowed to the user's own.
 * @throws CodedError forbidden when another user's is asked for
 */
export function narrowScope(access: Access, asked: MemoryScope = {}): MemoryScope {
  if (access.kind === "administrator") return asked;
  if (asked.userId !== undefined && asked.userId !== access.userId) {
    throw new CodedError("forbidden", "This key opens the memories of one user, and user_id names another.");
  }
  return { ...asked, userId: access.userId };
}

/** @throws CodedError forbidden for everybody but administrators */
export function assertAdministrator(access: Access): void {
  if (access.kind !== "administrator") throw new CodedError("forbidden", "Only an administrator's key may do this.");
}

/** Who is asking, in a handler of a guarded route: the server's authenticate has found it out. */
export function accessOf(context: { caller: unknown }): Access {
  return context.caller as Access;
}
