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
  /** Longest a client may take to send its headers, milliseconds. Default 15,000. */
  headersTimeoutMs?: number;
  /** Longest a client may take to send a whole request, milliseconds. Default 300,000: a phone may need it for 8 MB. */
  requestTimeoutMs?: number;
  /** Longest request line and headers, bytes. Default Node's 16 KiB; for a Space whose older clients send files in the query. */
  maxHeaderBytes?: number | undefined;
}

/** A listening server. */
export interface Listener {
  /** Address to call it at, e.g. http://127.0.0.1:7861. */
  url: string;
  port: number;
  /**
   * Stops accepting, lets running requests finish, then resolves.
   * @param options.force cut running requests off instead
   * @param options.isIdle whether nothing is being answered: connections that stay open nevertheless are cut off after three
   * seconds. A caller that broke off a stream can leave one behind whose end the server never reads.
   */
  close(options?: { force?: boolean; isIdle?: () => boolean }): Promise<void>;
}

/**
 * Starts to listen.
 *
 * Slow clients are cut off, so that they do not hold connections for ever. Keep-alive outlasts the 60 s of common load balancers, so that they never write into a connection that was just closed.
 * @throws the system's error, e.g. EADDRINUSE
 */
export async function listen(server: Listenable, options: ListenOptions): Promise<Listener> {
  const { headersTimeoutMs = 15_000, requestTimeoutMs = 300_000 } = options;
  const http = createAdaptorServer({
    fetch: server.app.fetch as FetchCallback,
    createServer: createHttpServer,
    serverOptions: {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      ...(options.maxHeaderBytes === undefined ? {} : { maxHeaderSize: options.maxHeaderBytes }),
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: Math.min(5000, headersTimeoutMs),
    },
  }) as HttpServer;
  http.maxHeadersCount = 100;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  http.once("error", reject);
  http.listen(options.port, options.hostname, resolve);
  await promise;
  const { port } = http.address() as AddressInfo;
  const host = options.hostname.includes(":") ? `[${options.hostname}]` : options.hostname;
  return { url: `http://${host}:${port}`, port, close: (how = {}) => close(http, how) };
}

/** Time that answers under way have before their connections are cut, milliseconds. */
const streamPatienceMs = 1_000;

/** Stops a listener that streams events: those never end by themselves, so after a second what is still open is cut. */
export async function closeStreaming(listener: Pick<Listener, "close">): Promise<void> {
  await Promise.race([
    listener.close(),
    new Promise((resolve) => setTimeout(resolve, streamPatienceMs)).then(async () => await listener.close({ force: true })),
  ]);
}

const idlePatienceMs = 3000;

async function close(
  http: HttpServer,
  { force = false, isIdle = () => false }: { force?: boolean; isIdle?: () => boolean },
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  http.close(() => resolve());
  let idleSince: number | undefined;
  // A keep-alive connection becomes idle only when its answer is sent, so idle ones are closed again and again.
  const sweep = setInterval(() => {
    http.closeIdleConnections();
    idleSince = isIdle() ? (idleSince ?? Date.now()) : undefined;
    if (idleSince !== undefined && Date.now() - idleSince > idlePatienceMs) http.closeAllConnections();
  }, 50);
  if (force) http.closeAllConnections();
  else http.closeIdleConnections();
  await promise;
  clearInterval(sweep);
}
