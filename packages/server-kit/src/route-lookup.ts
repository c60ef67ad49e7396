import type { Route, RouteFamily } from "@repo/contracts/route";
import type { Server } from "./server.ts";

/** Methods that the server has for a path, whatever the request's was; HEAD comes with GET. */
export function findOtherMethods(server: Server, path: string): string[] {
  const paths = server.app.routes.filter(({ method, path: pattern }) => method !== "ALL" && matchesPath(pattern, path));
  const methods = new Set(paths.map(({ method }) => method));
  if (methods.has("GET")) methods.add("HEAD");
  return [...methods].toSorted();
}

/** Family in whose shape an error at `path` is answered: that of its route, or of the routes around an unknown path. */
export function findFamily(routes: readonly Route[], path: string): RouteFamily {
  const own = routes.find((route) => matchesPath(route.path, path));
  if (own !== undefined) return own.family;
  if (path.startsWith("/v1/")) return routes.find((route) => route.path.startsWith("/v1/"))?.family ?? "outpost";
  if (path.startsWith("/api/")) return routes.find((route) => route.path.startsWith("/api/"))?.family ?? "outpost";
  return "outpost";
}

/** Whether a Hono path pattern covers a path. */
export function matchesPath(pattern: string, path: string): boolean {
  const source = pattern
    .split("/")
    .map((segment) => segment.replace(/^:\w+\{(.+)\}$/, "$1").replace(/^:\w+$/, "[^/]+"))
    .join("/");
  return new RegExp(`^${source === "/" ? "" : source}/?$`).test(path);
}
