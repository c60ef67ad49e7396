import { randomBytes } from "node:crypto";
import type { Context } from "hono";
import type { ServerEnvironment } from "./server.ts";

/**
 * Headers of our HTML pages: everything inline carries a nonce, nothing is loaded from elsewhere, and only the Hub, which
 * shows a Space in a frame, may embed the page.
 * @returns the nonce for the page's style and script
 */
export function setPageHeaders(c: Context<ServerEnvironment>): string {
  const nonce = randomBytes(16).toString("base64");
  c.header(
    "content-security-policy",
    [
      "default-src 'none'",
      `style-src 'nonce-${nonce}'`,
      `script-src 'nonce-${nonce}'`,
      "connect-src 'self'",
      "img-src 'self' data:",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'self' https://huggingface.co https://*.huggingface.co",
    ].join("; "),
  );
  c.header("referrer-policy", "no-referrer");
  c.header("cache-control", "no-cache");
  return nonce;
}
