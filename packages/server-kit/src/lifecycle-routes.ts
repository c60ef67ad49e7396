import { healthRoute, metricsRoute, openApiRoute, readyRoute, statusRoute } from "@repo/contracts/lifecycle-routes";
import type { StatusResponse } from "@repo/contracts/health";
import { renderDocsPage } from "./docs-page.ts";
import { mountRoute } from "./mount-route.ts";
import { buildOpenApi } from "./openapi.ts";
import { setPageHeaders } from "./page-headers.ts";
import type { Server } from "./server.ts";

/** Mounts /health, /ready, /status, /metrics, /openapi.json and /docs: the routes every server has. */
export function mountLifecycleRoutes(server: Server, { withStatus }: { withStatus: boolean }): void {
  mountRoute(server, healthRoute, () => {
    const model = server.status().model?.model;
    return {
      status: "ok" as const,
      service: server.name,
      version: server.version,
      uptimeSeconds: Math.round(process.uptime()),
      ...(model === undefined ? {} : { model }),
    };
  });
  mountRoute(server, readyRoute, (_body, context) => {
    const ready = server.ready();
    if (!ready.ready) {
      context.status = 503;
      context.headers.set("retry-after", "2");
    }
    return ready;
  });
  if (withStatus) mountStatus(server);
  mountRoute(server, metricsRoute, (_body, context) => {
    context.headers.set("content-type", server.metrics.registry.contentType);
    const { queue } = server.status();
    if (queue !== undefined) server.metrics.observeQueue(queue);
    return server.metrics.registry.metrics();
  });
  mountRoute(server, openApiRoute, () => buildOpenApi(server));
  server.app.get("/docs", (c) => {
    c.get("state").route = "/docs";
    return c.html(renderDocsPage(server, setPageHeaders(c)));
  });
}

function mountStatus(server: Server): void {
  mountRoute(server, statusRoute, () => buildStatus(server));
}

/** Answer of `GET /status`; a Space with more to tell mounts a route of its own and adds to this. */
export function buildStatus(server: Pick<Server, "name" | "version" | "ready" | "status">): StatusResponse {
  const { versions, ...status } = server.status();
  return {
    service: server.name,
    ready: server.ready().ready,
    device: "cpu",
    ...status,
    memory: { rssBytes: process.memoryUsage.rss() },
    versions: { [server.name]: server.version, node: process.versions.node, ...versions },
  };
}
