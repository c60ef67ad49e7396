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
   * @throws CodedError unauthorized, forbidden
   */
  authorize(headers: Headers): Promise<Access>;
  /** Who owns this key; undefined for a wrong or revoked one. For the console's sign-in. */
  check(key: string): Promise<Access | undefined>;
  /** local: no key is needed on this machine; open: AUTH_DISABLED; keys: one is needed. */
  readonly mode: "local" | "open" | "keys";
}

/** Name of the console's session cookie. */
export const sessionCookie = "memory_session";
