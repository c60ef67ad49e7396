import type { TextEmbeddingService } from "@repo/contracts/embed-text";
import type { StatusResponse } from "@repo/contracts/health";
import type { HostedService } from "@repo/contracts/hosted-service";
import { createLifecycle, type Lifecycle } from "@repo/server-kit/lifecycle";
import { listen } from "@repo/server-kit/listen";
import { loadConfig } from "@repo/server-kit/load-config";
import type { Server } from "@repo/server-kit/server";
import type { z } from "zod";

/** What a Space's folder exports for its main.ts. */
export interface StartableSpace<Schema extends z.ZodObject, Service extends HostedService> {
  configSchema: Schema;
  createApp: (parts: { config: z.output<Schema>; lifecycle: Lifecycle<Service> }) => Server;
  createService: (config: z.output<Schema>) => Promise<Service>;
}

/** A Space as its main.ts puts it together, listening on a port of its own. */
export interface RunningSpace<Service = TextEmbeddingService> {
  readonly url: string;
  /** The service behind the routes: what every client's answers are compared with. */
  readonly service: Service;
  post: (path: string, body: unknown, init?: RequestInit) => Promise<Response>;
  /** GET /status. */
  status: () => Promise<StatusResponse>;
  close: () => Promise<void>;
}

/**
 * Starts a Space and waits until it is ready.
 * @throws Error with the reason when it does not become ready
 */
export async function startSpace<Schema extends z.ZodObject, Service extends HostedService>(
  parts: StartableSpace<Schema, Service>,
  environment: Readonly<Record<string, string>>,
): Promise<RunningSpace<Service>> {
  const config = loadConfig(parts.configSchema, environment);
  const lifecycle = createLifecycle({ load: () => parts.createService(config) });
  const server = parts.createApp({ config, lifecycle });
  const listener = await listen(server, { port: 0, hostname: "127.0.0.1" });
  const close = async (): Promise<void> => {
    lifecycle.stop();
    await listener.close({ force: true });
    await lifecycle.close();
  };
  await lifecycle.settled();
  if (!lifecycle.ready().ready) {
    await close();
    throw new Error(`the Space did not become ready: ${lifecycle.ready().reason}`);
  }
  return {
    url: listener.url,
    service: await lifecycle.service(),
    post: (path, body, init = {}) => fetch(`${listener.url}${path}`, { method: "POST", body: JSON.stringify(body), ...withJsonType(init) }),
    status: async () => (await fetch(`${listener.url}/status`)).json() as Promise<StatusResponse>,
    close,
  };
}

function withJsonType(init: RequestInit): RequestInit {
  const headers = new Headers(init.headers);
  headers.set("content-type", "application/json");
  return { ...init, headers };
}
