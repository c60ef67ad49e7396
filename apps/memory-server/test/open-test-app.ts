import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createJobQueue } from "@repo/app-kit/job-queue";
import { loadAssets } from "@repo/app-kit/load-assets";
import { createSilentLogger } from "@repo/server-kit/log";
import type { Server } from "@repo/server-kit/server";
import { type FakeSpace, startFakeSpace } from "@repo/testing/fake-space";
import { createAccessControl } from "../src/access.ts";
import { createApp } from "../src/app.ts";
import { type Config, configSchema } from "../src/config.ts";
import { createConsoleSessions } from "../src/console-sessions.ts";
import { createTransferService } from "../src/features/transfer/transfer-service.ts";
import { createKeyStore, type KeyStore } from "../src/key-store.ts";
import type { StoredMemories } from "../src/memories/create-memory-service.ts";
import { resolveSettings } from "../src/settings.ts";
import { createSpaces } from "../src/spaces.ts";
import { openTestMemories } from "./open-test-memories.ts";

/** The whole app without its port: real database in memory, real HTTP to a small Space. */
export interface TestApp {
  server: Server;
  service: StoredMemories;
  keys: KeyStore;
  space: FakeSpace;
  config: Config;
  close(): Promise<void>;
}

const assetNames = ["pico.css", "app-kit.css", "memory-server.css", "console.js"];

/** Opens one. @param variables environment variables beyond those that lead to the Space */
export async function openTestApp(variables: Record<string, string> = {}): Promise<TestApp> {
  const folder = await mkdtemp(join(tmpdir(), "memory-server-assets-"));
  for (const name of assetNames) await writeFile(join(folder, name), `/* ${name} */`);
  const space = await startFakeSpace();
  const config = configSchema.parse({ HF_SPACE_EMBEDDER_ENDPOINT: space.url, LOCAL_FALLBACK: "false", ...variables });
  const log = createSilentLogger();
  const settings = resolveSettings(config, undefined);
  const spaces = createSpaces(settings, config, { log });
  const { database, store, service, close } = await openTestMemories({ embedder: spaces.connection.embedder });
  const keys = createKeyStore(database.db);
  const sessions = createConsoleSessions(database.db);
  const access = createAccessControl({
    keys,
    findSessionKeyHash: sessions.findKeyHash,
    host: config.HOST,
    adminKey: config.ADMIN_API_KEY,
    authDisabled: config.AUTH_DISABLED,
    allowedOrigins: config.CORS_ORIGINS,
  });
  const queue = await createJobQueue({ database, log });
  const transfer = await createTransferService({ database, memories: service, queue, log });
  const server = createApp({
    config,
    settings,
    database,
    access,
    keys,
    sessions,
    spaces,
    store,
    service,
    transfer,
    assets: await loadAssets(folder),
    ready: () => ({ ready: true, stage: "ready" }),
  });
  return {
    server,
    service,
    keys,
    space,
    config,
    close: async () => {
      await queue.close();
      await spaces.close();
      await space.close();
      await close();
      await rm(folder, { recursive: true });
    },
  };
}
