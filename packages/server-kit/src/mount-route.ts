import type { CodedError } from "@repo/contracts/coded-error";
import { isStreamed, type Route, type RouteFamily } from "@repo/contracts/route";
import type { Context } from "hono";
import type { z } from "zod";
import { startDeadline, type Deadline } from "./deadline.ts";
import { EncodedJson } from "./encoded-json.ts";
import { toCodedError, toErrorBody, toErrorHeaders, toStatus } from "./error-response.ts";
import type { HeldBytes } from "./body-budget.ts";
import { readBody } from "./read-body.ts";
import type { Server, ServerEnvironment } from "./server.ts";
import { openStream, toStreamFormat, toStreamHeaders } from "./stream-answer.ts";
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

/**
 * Turns a validated body into the values to send. What it throws before the first value is an error with a status of its
 * own; after that the error is the stream's last value, in the shape of the route's family.
 */
export type StreamHandler<Body extends z.ZodType, Answer extends z.ZodType> = (
  body: z.output<Body>,
  context: HandlerContext,
) => AsyncIterable<z.input<Answer>>;

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

/** Binds a route that `streams` to its handler, keeping the route's types. */
export function defineStreamAlternative<Body extends z.ZodType, Answer extends z.ZodType>(
  route: Route<Body, Answer>,
  handler: StreamHandler<Body, Answer>,
  when: (body: unknown) => boolean = () => true,
): Alternative {
  return { route, when, handler: handler as Handler<z.ZodType, z.ZodType> };
}

/** Mounts a contract route that `streams`: values are sent as they come, as lines of JSON or server-sent events. */
export function mountStream<Body extends z.ZodType, Answer extends z.ZodType>(
  server: Server,
  route: Route<Body, Answer>,
  handler: StreamHandler<Body, Answer>,
): void {
  mountAlternatives(server, [defineStreamAlternative(route, handler)]);
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
  let isStreaming = false;
  const held = server.bodyBudget.hold();
  const end = (): void => {
    deadline?.clear();
    leave?.();
    held.release();
  };
  try {
    if (first.route.public !== true) {
      state.caller = await server.authenticate(c.req.raw.headers);
      leave = server.admission.enter();
    }
    deadline = startDeadline(c.req.raw.headers, c.req.raw.signal, server.limits.maxTimeoutMs);
    const context = toHandlerContext(c, deadline, first.route.status ?? 200);
    let { route } = first;
    const choose = (alternative: Alternative): void => {
      ({ route } = alternative);
      ({ family } = route);
    };
    const value = await deadline.race(run(server, alternatives, { context, held, choose }));
    if (!isStreamed(route)) return toResponse(c, value, context);
    const stream = await toStreamResponse(server, c, { values: value as AsyncIterable<unknown>, context, deadline, route, onEnd: end });
    isStreaming = true;
    return stream;
  } catch (thrown) {
    return answerError(server, c, toCodedError(thrown), family);
  } finally {
    if (!isStreaming) end();
  }
}

/** Reads the body, tells `choose` which alternative it is for, and runs that one. */
async function run(
  server: Server,
  alternatives: readonly [Alternative, ...Alternative[]],
  { context, held, choose }: { context: HandlerContext; held: HeldBytes; choose: (alternative: Alternative) => void },
): Promise<unknown> {
  const [first] = alternatives;
  if (first.route.request === undefined) return first.handler(undefined, context);
  const body = await readBody(context.request, first.route, {
    limits: server.limits,
    budget: server.bodyBudget,
    held,
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

interface StreamParts {
  values: AsyncIterable<unknown>;
  context: HandlerContext;
  deadline: Deadline;
  route: Route;
  onEnd: () => void;
}

async function toStreamResponse(server: Server, c: Context<ServerEnvironment>, parts: StreamParts): Promise<Response> {
  const { values, context, deadline, route, onEnd } = parts;
  const format = toStreamFormat(route, c.req.raw.headers);
  const stream = await openStream({
    values,
    format,
    deadline,
    onEnd,
    end: route.streamEnd,
    errorName: route.streams === "events" ? undefined : "error",
    toErrorValue: (thrown) => {
      const error = toCodedError(thrown);
      server.log[error.status >= 500 ? "error" : "info"]({ requestId: context.requestId, err: error.cause ?? error }, "stream failed");
      return toErrorBody(error, route.family, context.requestId);
    },
  });
  return c.body(stream, { status: context.status as 200, headers: { ...toStreamHeaders(format), ...Object.fromEntries(context.headers) } });
}

function toResponse(c: Context<ServerEnvironment>, value: unknown, context: HandlerContext): Response {
  const headers: Record<string, string> = { "content-type": "application/json", ...Object.fromEntries(context.headers) };
  const status = context.status as 200;
  if (value === undefined) return c.body(null, { status, headers: Object.fromEntries(context.headers) });
  if (value instanceof EncodedJson) return c.body(value.toBytes(), { status, headers });
  if (typeof value === "string" && headers["content-type"] !== "application/json") return c.body(value, { status, headers });
  return c.body(JSON.stringify(value), { status, headers });
}
