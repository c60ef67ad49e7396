import { createJobQueue } from "@repo/app-kit/job-queue";
import { type Assets, loadAssets } from "@repo/app-kit/load-assets";
import { createServer } from "@repo/server-kit/create-server";
import { createSilentLogger } from "@repo/server-kit/log";
import { Secret } from "@repo/server-kit/secret";
import type { Server } from "@repo/server-kit/server";
import { createAccessControl } from "../src/access.ts";
import { createConsoleSessions } from "../src/console-sessions.ts";
import type { ConsoleParts } from "../src/features/console/console-parts.ts";
import { mountConsole } from "../src/features/console/mount-console.tsx";
import { mountTransfer } from "../src/features/transfer/routes.ts";
import { createTransferService } from "../src/features/transfer/transfer-service.ts";
import { createKeyStore, type KeyStore } from "../src/key-store.ts";
import { openTestMemories, type TestMemories } from "./open-test-memories.ts";

/** The console on a database in memory, with imports and exports beside it. */
export interface TestConsole {
  server: Server;
  memories: TestMemories;
  keys: KeyStore;
  close(): Promise<void>;
}

const nameOnlyAssets: Assets = { url: (name) => `/assets/${name}`, respond: () => undefined };

/** Opens one; with `adminKey` it asks for keys, without it is in local mode. */
export async function openTestConsole(
  options: Partial<ConsoleParts> & { adminKey?: string; publicFolder?: string; memories?: TestMemories } = {},
): Promise<TestConsole> {
  const memories = options.memories ?? (await openTestMemories());
  const { database, service, store } = memories;
  const log = createSilentLogger();
  const keys = createKeyStore(database.db);
  const sessions = createConsoleSessions(database.db);
  const access = createAccessControl({
    keys,
    findSessionKeyHash: sessions.findKeyHash,
    host: "127.0.0.1",
    adminKey: options.adminKey === undefined ? undefined : new Secret(options.adminKey),
    authDisabled: false,
    allowedOrigins: [],
  });
  const queue = await createJobQueue({ database, log });
  const transfer = await createTransferService({ database, memories: service, queue, log });
  const server = createServer({
    name: "memory-server",
    version: "0",
    corsOrigins: [],
    authenticate: access.authorize,
    needsKey: access.mode === "keys",
    log,
  });
  const assets = options.publicFolder === undefined ? nameOnlyAssets : await loadAssets(options.publicFolder);
  mountConsole(server, {
    assets,
    service,
    access,
    sessions,
    keys,
    readVectors: store.read,
    extractsFacts: false,
    spaceStatus: () => ({ mode: "space", state: "awake", answeredBy: "primary", message: null }),
    wake: () => undefined,
    ...options,
  });
  mountTransfer(server, { db: database.db, access, transfer });
  server.app.get("/assets/:name", (c) => assets.respond(c.req.param("name")) ?? c.notFound());
  return {
    server,
    memories,
    keys,
    close: async () => {
      await queue.close();
      await memories.close();
    },
  };
}

/** Folder of the built scripts and styles. */
