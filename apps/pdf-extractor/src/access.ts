import { isSameOrigin } from "@repo/app-kit/same-origin";
import { CodedError } from "@repo/contracts/coded-error";
import { createAuthenticate } from "@repo/server-kit/auth";
import type { Secret } from "@repo/server-kit/secret";
import { toCodedError } from "@repo/server-kit/error-response";
import { answerError } from "@repo/server-kit/mount-route";
import type { Server, ServerEnvironment } from "@repo/server-kit/server";
import type { MiddlewareHandler } from "hono";

/** Open even where a key is asked for. */
const openPaths = new Set(["/api/embeddings/health"]);

/** A browser's sign-in as the key it means: the password, whatever the name. */
function toKeyHeaders(headers: Headers): Headers {
  const [, encoded] = /^Basic\s+(\S+)$/i.exec(headers.get("authorization") ?? "") ?? [];
  if (encoded === undefined) return headers;
  const password = Buffer.from(encoded, "base64").toString().split(":").slice(1).join(":");
  return new Headers({ "x-api-key": password });
}

/**
 * Guards every route that is mounted after it: the key where there is one, and no page elsewhere may change anything here,
 * which somebody's browser would otherwise do for it.
 * @param key undefined: open
 */
export function guardRoutes(server: Server, key: Secret | undefined): MiddlewareHandler<ServerEnvironment> {
  const authenticate = createAuthenticate(key === undefined ? [] : [key]);
  return async (c, next) => {
    const { method, path, raw } = c.req;
    if (method !== "GET" && method !== "HEAD" && !isSameOrigin(raw.headers))
      throw new CodedError("forbidden", "This was sent by a page of another origin.");
    if (key !== undefined && !openPaths.has(path)) {
      try {
        authenticate(toKeyHeaders(raw.headers));
      } catch (thrown) {
        const response = answerError(server, c, toCodedError(thrown), "plain");
        // Browsers ask for a password; programs send the key as they like.
        response.headers.set("www-authenticate", 'Basic realm="pdf-extractor", charset="UTF-8"');
        return response;
      }
    }
    return await next();
  };
}
