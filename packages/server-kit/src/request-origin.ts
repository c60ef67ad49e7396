/**
 * Whether a request names a page of another origin as its sender, and not one of `allowedOrigins`. Browsers put Origin into
 * everything that can change something; a program sends none.
 * @source OWASP Cross-Site Request Forgery Prevention Cheat Sheet, "Verifying Origin With Standard Headers"
 */
export function isForeignOrigin(headers: Headers, allowedOrigins: readonly string[] = []): boolean {
  const origin = headers.get("origin");
  return origin !== null && !allowedOrigins.includes(origin) && URL.parse(origin)?.host !== headers.get("host");
}
