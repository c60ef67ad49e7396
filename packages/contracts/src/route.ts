import type { z } from "zod";

/** Families of routes differ in how they spell errors; plain: {success: false, error, code, request_id}, as the original apps. */
export type RouteFamily = "outpost" | "plain" | "openai" | "tei" | "hugging-face" | "ollama";

/** One HTTP route as data: the server mounts it, the client calls it and OpenAPI describes it from the same value. */
export interface Route<Request extends z.ZodType = z.ZodType, Response extends z.ZodType = z.ZodType> {
  method: "GET" | "POST";
  /** Path with Hono parameters, e.g. /models/:org/:name. */
  path: string;
  family: RouteFamily;
  summary: string;
  description?: string;
  /** JSON body; absent for routes without one. */
  request?: Request;
  response: Response;
  /** Open even when the service asks for a key (health checks). */
  public?: boolean;
}

/** Declares a route; the identity function that keeps the schemas' types. */
export function defineRoute<Request extends z.ZodType, Response extends z.ZodType>(
  route: Route<Request, Response>,
): Route<Request, Response> {
  return route;
}
