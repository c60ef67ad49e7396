import type { CodedError } from "@repo/contracts/coded-error";
import { hasQuery, type Route, type RouteFamily } from "@repo/contracts/route";
import type { Context } from "hono";
import type { z } from "zod";
import { startDeadline, type Deadline } from "./deadline.ts";
import { EncodedJson } from "./encoded-json.ts";
import { toCodedError, toErrorBody, toErrorHeaders, toStatus } from "./error-response.ts";
import { readJsonBody } from "./read-json-body.ts";
import type { Server, ServerEnvironment } from "./server.ts";
import type { Timings } from "./timings.ts";
import { parseBody } from "./validation.ts";

/** What a handler gets besides the body. It is a CallContext, so it is passed on to the service as it is. */
export interface HandlerContext {
  signal: AbortSignal;
  /** Milliseconds since the epoch. */
  deadlineAt: number;
  requestId: string;
  /** Parameters of the path, decoded. */
  params: Readonly<Record<string, string>>;
  /** The request, for its headers and query. Its body is already read. */
  request: Request;
  timings: Timings;
  /** What the server's authenticate gave for this request; undefined on public routes. */
  caller: unknown;
  /** Headers to answer with. */
  headers: Headers;
  /** Status to answer with; default the route's. */
  status: number;
}

/** Turns a validated body into the value to answer; throws CodedError. It never sees a response. */
export type Handler<Body extends z.ZodType, Answer extends z.ZodType> = (
  body: z.output<Body>,
  context: HandlerContext,
) => z.input<Answer> | EncodedJson | Promise<z.input<Answer> | EncodedJson>;

/** One of several routes that share a method and a path and are told apart by the body's shape. */
export interface Alternative {
  route: Route;
  /** Whether this route is meant; the last alternative takes what is left. */
  when: (body: unknown) => boolean;
  handler: Handler<z.ZodType, z.ZodType>;
}

/** Binds a route to its handler, keeping the route's types. */
export function defineAlternative<Body extends z.ZodType, Answer extends z.ZodType>(
  route: Route<Body, Answer>,
  handler: Handler<Body, Answer>,
  when: (body: unknown) => boolean = () => true,
): Alternative {
  return { route, when, handler };
}

/** Mounts a contract route: reads and validates the body, runs the handler within the deadline, answers value or error. */
export function mountRoute<Body extends z.ZodType, Answer extends z.ZodType>(
  server: Server,
  route: Route<Body, Answer>,
  handler: Handler<Body, Answer>,
): void {
  mountAlternatives(server, [defineAlternative(route, handler)]);
}

/**
 * Mounts routes with the same method and path. The first one whose `when` accepts the body answers; an error before the
 * body is known has the shape of the first one's family.
 */
export function mountAlternatives(server: Server, alternatives: readonly [Alternative, ...Alternative[]]): void {
  const [{ route }] = alternatives;
  server.routes.push(...alternatives.map((alternative) => alternative.route));
  server.app.on(route.method, route.path, (c) => answer(server, alternatives, c));
}

/** The error in its family's shape. */
export function answerError(server: Server, c: Context<ServerEnvironment>, error: CodedError, family: RouteFamily): Response {
  const state = c.get("state");
  state.errorCode = error.code;
  if (error.code === "internal" || error.code === "inference_failed") {
    server.log.error({ requestId: state.requestId, err: error.cause ?? error }, "request failed");
  }
  return c.body(JSON.stringify(toErrorBody(error, family, state.requestId)), {
    status: toStatus(error, family) as 400,
    headers: { "content-type": "application/json", ...toErrorHeaders(error) },
  });
}

async function answer(
  server: Server,
  alternatives: readonly [Alternative, ...Alternative[]],
  c: Context<ServerEnvironment>,
): Promise<Response> {
  const [first] = alternatives;
  const state = c.get("state");
  state.route = first.route.path;
  let family = first.route.family;
  let deadline: Deadline | undefined;
  let leave: (() => void) | undefined;
  try {
    if (first.route.public !== true) {
      state.caller = await server.authenticate(c.req.raw.headers);
      leave = server.admission.enter();
    }
    deadline = startDeadline(c.req.raw.headers, c.req.raw.signal, server.limits.maxTimeoutMs);
    const context = toHandlerContext(c, deadline, first.route.status ?? 200);
    const value = await deadline.race(run(server, alternatives, context, (alternative) => (family = alternative.route.family)));
    return toResponse(c, value, context);
  } catch (thrown) {
    return answerError(server, c, toCodedError(thrown), family);
  } finally {
    deadline?.clear();
    leave?.();
  }
}

/** Reads the body, tells `choose` which alternative it is for, and runs that one. */
async function run(
  server: Server,
  alternatives: readonly [Alternative, ...Alternative[]],
  context: HandlerContext,
  choose: (alternative: Alternative) => void,
): Promise<unknown> {
  const [first] = alternatives;
  if (first.route.request === undefined) return first.handler(undefined, context);
  // The schema sees a query as an object of strings.
  const body = hasQuery(first.route)
    ? Object.fromEntries(new URL(context.request.url).searchParams)
    : await readJsonBody(context.request, {
        limits: server.limits,
        family: first.route.family,
        budget: server.bodyBudget,
        signal: context.signal,
      });
  const alternative = alternatives.find(({ when }) => when(body)) ?? first;
  choose(alternative);
  const { route, handler } = alternative;
  return handler(route.request === undefined ? undefined : parseBody(route.request, body), context);
}

function toHandlerContext(c: Context<ServerEnvironment>, deadline: Deadline, status: number): HandlerContext {
  const { requestId, timings, caller } = c.get("state");
  return {
    signal: deadline.signal,
    deadlineAt: deadline.deadlineAt,
    requestId,
    params: c.req.param() as Record<string, string>,
    request: c.req.raw,
    timings,
    caller,
    headers: new Headers(),
    status,
  };
}

function toResponse(c: Context<ServerEnvironment>, value: unknown, context: HandlerContext): Response {
  const headers: Record<string, string> = { "content-type": "application/json", ...Object.fromEntries(context.headers) };
  const status = context.status as 200;
  if (value === undefined) return c.body(null, { status, headers: Object.fromEntries(context.headers) });
  if (value instanceof EncodedJson) return c.body(value.toBytes(), { status, headers });
  if (typeof value === "string" && headers["content-type"] !== "application/json") return c.body(value, { status, headers });
  return c.body(JSON.stringify(value), { status, headers });
}
