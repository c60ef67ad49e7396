import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { ServerEnvironment } from "./server.ts";
import { exposedHeaders } from "./timings.ts";

/** How long a browser may remember the answer to its preflight, seconds. */
const preflightMaxAgeSeconds = 86_400;

/**
 * Lets pages of these origins call the server and read its timing headers; "*" means every origin.
 *
 * Preflights are hono's. For all other requests the same headers are set before the handler runs: hono's own middleware
 * touches the response, which makes node-server build a web Response for every answer and read it back as a stream, a
 * quarter of a request's cost on this thread (bench/reports).
 */
export function allowOrigins(origins: readonly string[]): MiddlewareHandler<ServerEnvironment> {
  const isOpen = origins.includes("*");
  // No list of allowed request headers: the ones a browser asks for are echoed, because SDKs add their own.
  const answerPreflight = cors({ origin: isOpen ? "*" : [...origins], exposeHeaders: [...exposedHeaders], maxAge: preflightMaxAgeSeconds });
  const exposed = exposedHeaders.join(",");
  return async (c, next) => {
    if (c.req.method === "OPTIONS") return answerPreflight(c, next);
    const origin = isOpen ? "*" : origins.find((allowed) => allowed === c.req.header("origin"));
    if (origin !== undefined) c.header("access-control-allow-origin", origin);
    if (!isOpen) c.header("vary", "Origin");
    c.header("access-control-expose-headers", exposed);
    await next();
  };
}
