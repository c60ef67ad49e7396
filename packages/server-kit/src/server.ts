import type { ReadyResponse } from "@repo/contracts/health";
import type { ServiceStatus } from "@repo/contracts/hosted-service";
import type { Route } from "@repo/contracts/route";
import type { Hono } from "hono";
import type { Admission } from "./admission.ts";
import type { Authenticate } from "./auth.ts";
import type { BodyBudget } from "./body-budget.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { Timings } from "./timings.ts";

/** Bounds of one server. */
export interface ServerLimits {
  /** Largest request body, bytes. Default 8 MiB: 2,048 texts of 512 tokens fit. */
  maxBodyBytes: number;
  /** Largest single file in a body, bytes. Default maxBodyBytes. */
  maxFileBytes: number;
  /** Most files in one body. Default 100. */
  maxFiles: number;
  /**
   * Body bytes of all requests that are still arriving, and of files until their request is answered. Default 64 MiB, or
   * twice maxBodyBytes where that is more.
   */
  maxArrivingBytes: number;
  /** Deepest nesting of a JSON body. Default 32. */
  maxDepth: number;
  /** Most values in a JSON body. Default 500,000. */
  maxValues: number;
  /** Requests answered at the same time. Default 512, as text-embeddings-inference. */
  maxConcurrentRequests: number;
  /** Longest time a request may take, milliseconds, whatever its x-timeout-ms says. Default 120,000. */
  maxTimeoutMs: number;
}

/** What every handler of one request shares. */
export interface RequestState {
  requestId: string;
  timings: Timings;
  /** Code of the error that was answered, for the log. */
  errorCode?: string;
  /** Pattern of the route that answered, for the metrics. */
  route?: string;
  /** What authenticate gave. */
  caller?: unknown;
}

/** Hono's types for our requests. */
export interface ServerEnvironment {
  Variables: { state: RequestState };
}

/** A server before it listens. Routes are added with mountRoute; pages with `app` directly. */
export interface Server {
  app: Hono<ServerEnvironment>;
  name: string;
  version: string;
  description: string;
  limits: ServerLimits;
  /** Whether a key is asked for. */
  needsKey: boolean;
  /** Every mounted contract route, in order. */
  routes: Route[];
  authenticate: Authenticate;
  admission: Admission;
  bodyBudget: BodyBudget;
  log: Logger;
  metrics: Metrics;
  ready: () => ReadyResponse;
  status: () => ServiceStatus;
}
