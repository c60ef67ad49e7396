import { fileURLToPath } from "node:url";
import type { TextEmbeddingService } from "@repo/contracts/embed-text";
import type { StatusResponse } from "@repo/contracts/health";
import { createLifecycle } from "@repo/server-kit/lifecycle";
import { listen } from "@repo/server-kit/listen";
import { loadConfig } from "@repo/server-kit/load-config";
import { createApp } from "../src/app.ts";
import { configSchema } from "../src/config.ts";
import { createService } from "../src/service.ts";

/** Where optimised models are kept between runs; not in anybody's home. */
export const dataDirectory = fileURLToPath(new URL("../.cache", import.meta.url));

/** This Space as its main.ts puts it together, listening on a port of its own. */
export interface RunningSpace {
  url: string;
  /** The service behind the routes: what every client's vectors are compared with. */
  service: TextEmbeddingService;
  post: (path: string, body: unknown, init?: RequestInit) => Promise<Response>;
  /** GET /status. */
  status: () => Promise<StatusResponse>;
  close: () => Promise<void>;
}

/**
 * Starts the Space and waits until it is ready.
 * @param environment variables that differ from their defaults
 */
export async function startSpace(environment: Record<string, string> = {}): Promise<RunningSpace> {
  const config = loadConfig(configSchema, { PORT: "0", LOG_LEVEL: "silent", DATA_DIRECTORY: dataDirectory, ...environment });
  const lifecycle = createLifecycle({ load: () => createService(config) });
  const server = createApp({ config, lifecycle });
  const listener = await listen(server, { port: config.PORT, hostname: config.HOST });
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
