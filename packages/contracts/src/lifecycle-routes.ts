import { z } from "zod";
import { healthResponse, readyResponse, statusResponse } from "./health.ts";
import { defineRoute } from "./route.ts";

/** `GET /health`: answers while the process lives, whatever the model does. */
export const healthRoute = defineRoute({
  method: "GET",
  path: "/health",
  family: "outpost",
  summary: "Liveness: the process answers",
  response: healthResponse,
  public: true,
});

/** `GET /ready`: 200 when a real inference succeeded recently, 503 with the same body otherwise. */
export const readyRoute = defineRoute({
  method: "GET",
  path: "/ready",
  family: "outpost",
  summary: "Readiness: a real inference was done",
  description: "Answers 503 with the same body while the model loads, hangs, stops or could not be loaded.",
  response: readyResponse,
  public: true,
});

/** `GET /status`: what runs here. */
export const statusRoute = defineRoute({
  method: "GET",
  path: "/status",
  family: "outpost",
  summary: "Model, files, workers, queue, cache, memory and versions",
  response: statusResponse,
  public: true,
});

/** `GET /metrics`: Prometheus text. */
export const metricsRoute = defineRoute({
  method: "GET",
  path: "/metrics",
  family: "outpost",
  summary: "Metrics in Prometheus' text format",
  response: z.string().describe("Prometheus exposition format 0.0.4."),
  public: true,
});

/** `GET /openapi.json`: the description of every route, made from the routes themselves. */
export const openApiRoute = defineRoute({
  method: "GET",
  path: "/openapi.json",
  family: "outpost",
  summary: "OpenAPI 3.1 description of this service",
  response: z.record(z.string(), z.unknown()).describe("An OpenAPI 3.1 document."),
  public: true,
});
