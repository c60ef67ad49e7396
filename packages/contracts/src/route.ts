import type { z } from "zod";

/**
 * Families of routes differ in how they spell errors. plain: {success: false, error, code, request_id}, as the original
 * apps; fastapi: {detail, code, request_id}, as clients of Python servers expect; extraction: both at once, with details,
 * and 422 for a file that is broken. tgi: {error, error_type, code} with text-generation-inference's statuses;
 * openai-generation: OpenAI's {error: {...}} and the message once more beside it. Neither answers 503, see error-response.
 */
export type RouteFamily =
  | "outpost"
  | "plain"
  | "fastapi"
  | "extraction"
  | "openai"
  | "openai-generation"
  | "tei"
  | "tgi"
  | "hugging-face"
  | "ollama";

/**
 * How a request travels. json and form (URL-encoded): fields of an object. multipart: fields and files; a field that comes
 * several times is a list. binary: the whole body is one file, the field named by `binaryField`, the rest stands in the
 * query. query: fields may stand in the query of any of these, and the body may be empty.
 */
export type BodyEncoding = "json" | "form" | "multipart" | "binary" | "query";

/** Methods a route may have. GET and DELETE have no body: the fields of their request stand in the query. */
export type RouteMethod = "GET" | "POST" | "PUT" | "DELETE";

/** One HTTP route as data: the server mounts it, the client calls it and OpenAPI describes it from the same value. */
export interface Route<Request extends z.ZodType = z.ZodType, Response extends z.ZodType = z.ZodType> {
  method: RouteMethod;
  /** Path with Hono parameters, e.g. /models/:org/:name. */
  path: string;
  family: RouteFamily;
  summary: string;
  description?: string;
  /** JSON body, or the query of a GET or DELETE; absent for routes without either. */
  request?: Request;
  /** What a POST or PUT reads, the one that clients of ours send first. Default json. */
  bodies?: readonly [BodyEncoding, ...BodyEncoding[]];
  /** Field of the request that a binary body is. Default file. */
  binaryField?: string;
  response: Response;
  /**
   * The answer is a stream of values of `response`, each sent when it is ready: one JSON text per line
   * (application/x-ndjson), or server-sent events for callers that accept text/event-stream. "events": always nameless
   * server-sent events, for families whose clients read nothing else.
   */
  streams?: boolean | "events";
  /** With streams "events": data of an event after the last value, e.g. [DONE]; an error ends a stream without it. */
  streamEnd?: string;
  /** Status of a success; default 200. */
  status?: 200 | 201 | 202;
  /** Open even when the service asks for a key (health checks). */
  public?: boolean;
}

/** Declares a route; the identity function that keeps the schemas' types. */
export function defineRoute<Request extends z.ZodType, Response extends z.ZodType>(
  route: Route<Request, Response>,
): Route<Request, Response> {
  return route;
}

/** Whether the fields of the route's request stand in the query: GET and DELETE have no body. */
export function hasQuery(route: Route): boolean {
  return route.method === "GET" || route.method === "DELETE";
}

/** Whether the answer is a stream of values. */
export function isStreamed({ streams }: Route): boolean {
  return streams === true || streams === "events";
}
