import { isForeignOrigin } from "@repo/server-kit/request-origin";

/**
 * Whether a request comes from a page of this server, or from no page at all (a program sends no Origin). A page elsewhere
 * could otherwise make somebody's browser act here, with their session or, in local mode, with nothing.
 *
 * Source of the rule: OWASP, Cross-Site Request Forgery Prevention, "Verifying Origin With Standard Headers".
 */
export function isSameOrigin(headers: Headers): boolean {
  if (headers.get("origin") === null) return (headers.get("sec-fetch-site") ?? "none") !== "cross-site";
  return !isForeignOrigin(headers);
}
