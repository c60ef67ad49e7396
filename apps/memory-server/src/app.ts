import type { Assets } from "@repo/app-kit/load-assets";
import type { OpenDatabase } from "@repo/app-kit/open-database";
import type { ReadyResponse } from "@repo/contracts/health";
import { createServer } from "@repo/server-kit/create-server";
import type { Logger } from "@repo/server-kit/log";
import type { Server } from "@repo/server-kit/server";
import manifest from "../package.json" with { type: "json" };
import type { AccessControl } from "./access.ts";
import type { Config } from "./config.ts";
import type { ConsoleSessions } from "./console-sessions.ts";
import { mountApiKeys } from "./features/api-keys/routes.ts";
import { mountConsole } from "./features/console/mount-console.tsx";
import { mountMem0Api } from "./features/mem0-api/routes.ts";
import { mountSeedApi } from "./features/seed-api/routes.ts";
import { mountStatus } from "./features/status/routes.ts";
import { mountTransfer } from "./features/transfer/routes.ts";
import type { TransferService } from "./features/transfer/transfer-service.ts";
import type { KeyStore } from "./key-store.ts";
import type { StoredMemories } from "./memories/create-memory-service.ts";
import { describeSettings, type Settings } from "./settings.ts";
import type { Spaces } from "./spaces.ts";
import type { VectorStore } from "./vector-stores/vector-store.ts";

/** What {@link createApp} puts together. */
export interface AppParts {
  config: Config;
  settings: Settings;
  database: OpenDatabase;
  access: AccessControl;
  keys: KeyStore;
  sessions: ConsoleSessions;
  spaces: Spaces;
  store: VectorStore;
  service: StoredMemories;
  transfer: TransferService;
  assets: Assets;
  ready: () => ReadyResponse;
  log?: Logger;
}

/** The web app: the memory API, imports and exports, and the console. */
export function createApp(parts: AppParts): Server {
  const { config, settings, database, access, keys, sessions, spaces, store, service, transfer, assets, ready, log } = parts;
  const server = createServer({
    name: "memory-server",
    version: manifest.version,
    description: "Memories of users, agents and runs, found again by meaning; compatible with Mem0's open-source REST server.",
    ready,
    authenticate: access.authorize,
    needsKey: access.mode === "keys",
    ownStatusRoute: true,
    corsOrigins: config.CORS_ORIGINS,
    limits: { maxTimeoutMs: config.REQUEST_TIMEOUT_MS },
    ...(log === undefined ? {} : { log }),
  });
  const { connection } = spaces;
  const extractsFacts = spaces.facts !== undefined;
  mountMem0Api(server, {
    service,
    describeConfiguration: () => describeSettings(settings, config),
    configurationPlace:
      config.MEM0_CONFIG_PATH === undefined
        ? "it is in the environment variables of the README"
        : "it is in the environment and in the file that MEM0_CONFIG_PATH names",
  });
  mountSeedApi(server, { service });
  mountStatus(server, { service, connection, store: store.kind, extractsFacts, modelInUse: service.modelInUse });
  mountApiKeys(server, { keys });
  mountTransfer(server, { db: database.db, access, transfer });
  mountConsole(server, {
    assets,
    service,
    access,
    sessions,
    keys,
    readVectors: store.read,
    extractsFacts,
    spaceStatus: connection.status,
    wake: connection.wake,
  });
  server.app.get("/assets/:name", (c) => assets.respond(c.req.param("name")) ?? c.notFound());
  return server;
}
