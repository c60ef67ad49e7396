import { requestIdHeader } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import type { ReadyResponse } from "@repo/contracts/health";
import type { ServiceStatus } from "@repo/contracts/hosted-service";
import { Hono, type Context, type MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { Admission } from "./admission.ts";
import { createAuthenticate, type Authenticate } from "./auth.ts";
import { BodyBudget } from "./body-budget.ts";
import { toCodedError } from "./error-response.ts";
import { mountLifecycleRoutes } from "./lifecycle-routes.ts";
import { allowOrigins } from "./allow-origins.ts";
import { createSilentLogger, type Logger } from "./log.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { answerError } from "./mount-route.ts";
import { toRequestId } from "./request-id.ts";
import { findFamily, findOtherMethods } from "./route-lookup.ts";
import type { Secret } from "./secret.ts";
import type { Server, ServerEnvironment, ServerLimits } from "./server.ts";
import { Timings } from "./timings.ts";

const mebibyte = 1024 * 1024;
const defaultLimits = {
  maxBodyBytes: 8 * mebibyte,
  maxFiles: 100,
  maxDepth: 32,
  maxValues: 500_000,
  maxConcurrentRequests: 512,
  maxTimeoutMs: 120_000,
};

/** Options of {@link createServer}. */
export interface ServerOptions {
  /** Name of the Space or app, as /health tells it. */
  name: string;
  version: string;
  /** One sentence for the API's description. */
  description?: string;
  /** State of the service; default: ready from the start. */
  ready?: () => ReadyResponse;
  /** What /status tells about the service. */
  status?: () => ServiceStatus;
  /** true: the app mounts a GET /status of its own. */
  ownStatusRoute?: boolean;
  /** Keys that open the routes; none means open. */
  apiKeys?: readonly Secret[];
  /** In place of apiKeys: finds out by other means who is calling. */
  authenticate?: Authenticate;
  /** Whether the API's description says that a key is asked for. Default: when there are keys or `authenticate`. */
  needsKey?: boolean;
  limits?: Partial<ServerLimits>;
  /** Origins of pages that may call this service; default every origin, since no cookie is ever read. */
  corsOrigins?: readonly string[];
  /** Default: no log. */
  log?: Logger;
  metrics?: Metrics;
}

/**
 * A Hono app that answers every request with a request id, timing headers, CORS and, whatever goes wrong, a JSON error;
 * with /health, /ready, /status, /metrics, /openapi.json and /docs mounted. Add routes with mountRoute, then listen.
 */
export function createServer(options: ServerOptions): Server {
  const app = new Hono<ServerEnvironment>({ strict: false });
  const limits = toLimits(options.limits);
  const server: Server = {
    app,
    name: options.name,
    version: options.version,
    description: options.description ?? "",
    limits,
    needsKey: options.needsKey ?? (options.authenticate !== undefined || (options.apiKeys ?? []).length > 0),
    routes: [],
    authenticate: options.authenticate ?? createAuthenticate(options.apiKeys ?? []),
    admission: new Admission(limits.maxConcurrentRequests),
    bodyBudget: new BodyBudget(limits.maxArrivingBytes),
    log: options.log ?? createSilentLogger(),
    metrics: options.metrics ?? createMetrics(),
    ready: options.ready ?? (() => ({ ready: true, stage: "ready" })),
    status: options.status ?? (() => ({})),
  };
  app.use(observeRequests(server));
  app.use(allowOrigins(options.corsOrigins ?? ["*"]));
  app.notFound((c) => answerUnknown(server, c));
  app.onError((thrown, c) => answerThrown(server, c, thrown));
  mountLifecycleRoutes(server, { withStatus: options.ownStatusRoute !== true });
  return server;
}

function toLimits(given: Partial<ServerLimits> = {}): ServerLimits {
  const { maxBodyBytes = defaultLimits.maxBodyBytes } = given;
  return { ...defaultLimits, maxFileBytes: maxBodyBytes, maxArrivingBytes: Math.max(64 * mebibyte, 2 * maxBodyBytes), ...given };
}

function observeRequests(server: Server): MiddlewareHandler<ServerEnvironment> {
  return async (c, next) => {
    const state = { requestId: toRequestId(c.req.raw.headers), timings: new Timings() };
    c.set("state", state);
    await next();
    c.res.headers.set(requestIdHeader, state.requestId);
    c.res.headers.set("x-content-type-options", "nosniff");
    state.timings.writeTo(c.res.headers);
    // A server that stops must not be found again through a connection that is kept alive.
    if (server.ready().stage === "stopping") c.res.headers.set("connection", "close");
    logRequest(server, c);
  };
}

function logRequest(server: Server, c: Context<ServerEnvironment>): void {
  const { requestId, timings, errorCode, route } = c.get("state");
  const totalMs = timings.totalMs();
  const status = c.res.status;
  server.metrics.observeRequest({ route: route ?? "other", method: c.req.method, status, seconds: totalMs / 1000 });
  const isProbe = route === "/health" || route === "/ready" || route === "/metrics";
  server.log[isProbe ? "debug" : "info"](
    {
      requestId,
      method: c.req.method,
      path: c.req.path.slice(0, 200),
      status,
      totalMs: Math.round(totalMs * 100) / 100,
      tokens: timings.computeTokens,
      code: errorCode,
    },
    "request",
  );
}

function answerUnknown(server: Server, c: Context<ServerEnvironment>): Response {
  const path = c.req.path;
  const family = findFamily(server.routes, path);
  const methods = findOtherMethods(server, path);
  if (methods.length === 0)
    return answerError(server, c, new CodedError("not_found", "There is nothing at this path; GET /docs lists what there is."), family);
  const response = answerError(
    server,
    c,
    new CodedError("method_not_allowed", `This path answers ${methods.join(" and ")} only.`, { details: { methods } }),
    family,
  );
  response.headers.set("allow", [...methods, "OPTIONS"].join(", "));
  return response;
}

function answerThrown(server: Server, c: Context<ServerEnvironment>, thrown: unknown): Response {
  const family = findFamily(server.routes, c.req.path);
  if (thrown instanceof HTTPException) {
    const code =
      thrown.status === 404 ? "not_found" : thrown.status === 401 ? "unauthorized" : thrown.status < 500 ? "invalid_request" : "internal";
    return answerError(server, c, new CodedError(code, thrown.message, { cause: thrown }), family);
  }
  return answerError(server, c, toCodedError(thrown), family);
}
