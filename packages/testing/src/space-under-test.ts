import type { HostedService } from "@repo/contracts/hosted-service";
import { createLifecycle, type Lifecycle } from "@repo/server-kit/lifecycle";
import { listen } from "@repo/server-kit/listen";
import { loadConfig } from "@repo/server-kit/load-config";
import type { Server } from "@repo/server-kit/server";
import type { z } from "zod";

/** A Space as its folder exports it. */
export interface SpaceParts<Schema extends z.ZodObject, Service extends HostedService> {
  configSchema: Schema;
  createApp: (parts: { config: z.output<Schema>; lifecycle: Lifecycle<Service> }) => Server;
  /** A small, fast service of the right contract. */
  createService: () => Promise<Service>;
  /** A request that the Space answers with 200. */
  example: { path: string; body: unknown };
}

/** How a suite reaches the server: in the process, or through a socket. */
export type Transport = "app.request" | "a real port";

/** A Space that a test has started, and a way to call it. */
export interface SpaceUnderTest {
  server: Server;
  lifecycle: Lifecycle<HostedService>;
  call: (path: string, init?: RequestInit) => Promise<Response>;
  /** Calls the example request. */
  callExample: (headers?: Record<string, string>, signal?: AbortSignal) => Promise<Response>;
  /** Stops accepting and waits for running requests; only on a real port. */
  drain: () => Promise<void>;
  close: () => Promise<void>;
}

/** Options of {@link startSpaceUnderTest}. */
export interface StartOptions {
  environment?: Record<string, string>;
  /** Until it resolves the service is loading; when it rejects loading has failed. */
  gate?: Promise<void>;
}

/** Puts a Space together as its main.ts does, with a service that can be held back. */
export async function startSpaceUnderTest<Schema extends z.ZodObject, Service extends HostedService>(
  parts: SpaceParts<Schema, Service>,
  transport: Transport,
  options: StartOptions = {},
): Promise<SpaceUnderTest> {
  const config = loadConfig(parts.configSchema, { PORT: "0", LOG_LEVEL: "silent", ...options.environment });
  const lifecycle = createLifecycle({
    load: async () => {
      await options.gate;
      return parts.createService();
    },
  });
  const server = parts.createApp({ config, lifecycle });
  const listener = transport === "a real port" ? await listen(server, { port: 0, hostname: "127.0.0.1" }) : undefined;
  if (options.gate === undefined) await lifecycle.settled();
  const call = async (path: string, init: RequestInit = {}): Promise<Response> =>
    listener === undefined ? server.app.request(path, init) : fetch(`${listener.url}${path}`, init);
  return {
    server,
    lifecycle,
    call,
    callExample: (headers = {}, signal) =>
      call(parts.example.path, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(parts.example.body),
        ...(signal === undefined ? {} : { signal }),
      }),
    drain: async () => listener?.close(),
    close: async () => {
      await listener?.close({ force: true });
      lifecycle.stop();
    },
  };
}
