import type { Assets } from "@repo/app-kit/load-assets";
import { createSilentLogger } from "@repo/server-kit/log";
import type { Server } from "@repo/server-kit/server";
import type { TestContext } from "vitest";
import { createAccessControl } from "../src/access/access-control.ts";
import { createSessions } from "../src/access/sessions.ts";
import { createApp } from "../src/app.ts";
import { openTestServices, type TestServices } from "./open-test-services.ts";

/** The whole app without its port, on a database in memory. */
export interface TestApp extends TestServices {
  server: Server;
  /** Sends a form as a page of the app's own does. */
  post(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Response>;
  /** Text of a page. */
  get(path: string, headers?: Record<string, string>): Promise<string>;
}

const nameOnlyAssets: Assets = { url: (name) => `/assets/${name}`, respond: () => undefined };

/** Opens it; it ends with the test. */
export async function openTestApp(context: Pick<TestContext, "onTestFinished">, variables: Record<string, string> = {}): Promise<TestApp> {
  const services = await openTestServices(context, variables);
  const { config, database } = services;
  const sessions = createSessions(database.db);
  const access = createAccessControl({
    findSessionKeyHash: sessions.findKeyHash,
    host: config.HOST,
    adminKey: config.ADMIN_API_KEY,
    authDisabled: config.AUTH_DISABLED,
    isPublic: config.PUBLIC_PLAYGROUND,
  });
  const server = createApp({
    ...services,
    access,
    sessions,
    assets: nameOnlyAssets,
    ready: () => ({ ready: true, stage: "ready" }),
    log: createSilentLogger(),
  });
  return {
    ...services,
    server,
    post: async (path, fields, headers = {}) =>
      await server.app.request(path, {
        method: "POST",
        body: new URLSearchParams(fields),
        headers: { host: "localhost", origin: "http://localhost", ...headers },
      }),
    get: async (path, headers = {}) => await (await server.app.request(path, { headers: { host: "localhost", ...headers } })).text(),
  };
}
