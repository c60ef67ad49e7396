import type { Route, RouteFamily } from "@repo/contracts/route";
import { toCodedError } from "@repo/server-kit/error-response";
import { answerError, type Handler, mountRoute } from "@repo/server-kit/mount-route";
import type { Server, ServerEnvironment } from "@repo/server-kit/server";
import type { Context } from "hono";
import type { z } from "zod";
import { type Access, type AccessControl, assertRole, type Role } from "./access.ts";

const declared = new WeakMap<Server, Map<string, Role>>();

/** Says who may use a route, for the test that looks at all of them; mountFor and mountOpenFor do it themselves. */
export function declareRole(server: Server, method: string, path: string, role: Role): void {
  const roles = declared.get(server) ?? new Map<string, Role>();
  declared.set(server, roles.set(`${method} ${path}`, role));
}

/** Who may use which route: "GET /sheets" and so on. */
export function rolesOf(server: Server): ReadonlyMap<string, Role> {
  return declared.get(server) ?? new Map();
}

/** Mounts a contract route for those who have the role. */
export function mountFor<Body extends z.ZodType, Answer extends z.ZodType>(
  server: Server,
  role: Role,
  route: Route<Body, Answer>,
  handler: Handler<Body, Answer>,
): void {
  declareRole(server, route.method, route.path, role);
  if (role === "public") {
    mountRoute(server, { ...route, public: true }, handler);
    return;
  }
  // Refused before the body is read: nobody else's files are waited for.
  const authenticate = async (headers: Headers): Promise<Access> => {
    const who = (await server.authenticate(headers)) as Access;
    assertRole(who, role);
    return who;
  };
  mountRoute({ ...server, authenticate }, route, handler);
}

/** A route whose body or answer is no JSON. */
export interface OpenRoute {
  access: AccessControl;
  role: Exclude<Role, "public">;
  method: "GET" | "POST";
  path: string;
  /** Shape of its errors. Default fastapi. */
  family?: RouteFamily;
}

/** Mounts a route whose body or answer is no JSON, with the errors of the others. */
export function mountOpenFor(
  server: Server,
  { access, role, method, path, family = "fastapi" }: OpenRoute,
  answer: (c: Context<ServerEnvironment>, who: Access) => Promise<Response>,
): void {
  declareRole(server, method, path, role);
  server.app.on(method, path, async (c) => {
    c.get("state").route = path;
    try {
      const who = await access.authorize(c.req.raw.headers);
      assertRole(who, role);
      return await answer(c, who);
    } catch (thrown) {
      return answerError(server, c, toCodedError(thrown), family);
    }
  });
}
