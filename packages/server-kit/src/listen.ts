import type { AddressInfo } from "node:net";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { createAdaptorServer } from "@hono/node-server";

/** What listens: a server of this package, or any Hono app. */
export interface Listenable {
  app: { fetch: (request: Request, ...rest: never[]) => Response | Promise<Response> };
}

type FetchCallback = Parameters<typeof createAdaptorServer>[0]["fetch"];

/** Where to listen. */
export interface ListenOptions {
  port: number;
  /** 127.0.0.1 for this machine only, 0.0.0.0 for a container. */
  hostname: string;
}

/** A listening server. */
export interface Listener {
  /** Address to call it at, e.g. http://127.0.0.1:7861. */
  url: string;
  port: number;
  /**
   * Stops accepting, lets running requests finish, then resolves.
   * @param options.force cut running requests off instead
   */
  close(options?: { force?: boolean }): Promise<void>;
}

/**
 * Starts to listen.
 *
 * Slow clients are bounded: 15 s for the headers, 5 min for a whole request (a phone may need that for 8 MB). Keep-alive
 * outlasts the 60 s of common load balancers, so that they never write into a connection that was just closed.
 * @throws the system's error, e.g. EADDRINUSE
 */
export async function listen(server: Listenable, options: ListenOptions): Promise<Listener> {
  const http = createAdaptorServer({
    fetch: server.app.fetch as FetchCallback,
    createServer: createHttpServer,
    serverOptions: { headersTimeout: 15_000, requestTimeout: 300_000, keepAliveTimeout: 65_000, connectionsCheckingInterval: 5000 },
  }) as HttpServer;
  http.maxHeadersCount = 100;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  http.once("error", reject);
  http.listen(options.port, options.hostname, resolve);
  await promise;
  const { port } = http.address() as AddressInfo;
  const host = options.hostname.includes(":") ? `[${options.hostname}]` : options.hostname;
  return { url: `http://${host}:${port}`, port, close: ({ force = false } = {}) => close(http, force) };
}

async function close(http: HttpServer, force: boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  http.close(() => resolve());
  // A keep-alive connection becomes idle only when its answer is sent, so idle ones are closed again and again.
  const sweep = setInterval(() => http.closeIdleConnections(), 50);
  if (force) http.closeAllConnections();
  else http.closeIdleConnections();
  await promise;
  clearInterval(sweep);
}
