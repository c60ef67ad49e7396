import { createJobQueue } from "@repo/app-kit/job-queue";
import { loadAssets } from "@repo/app-kit/load-assets";
import type { ReadyResponse } from "@repo/contracts/health";
import { closeStreaming, listen } from "@repo/server-kit/listen";
import type { Logger } from "@repo/server-kit/log";
import { createAccessControl } from "./access.ts";
import { createApp } from "./app.ts";
import type { Config } from "./config.ts";
import { createConsoleSessions } from "./console-sessions.ts";
import { createTransferService } from "./features/transfer/transfer-service.ts";
import { createKeyStore } from "./key-store.ts";
import { createMemoryService } from "./memories/create-memory-service.ts";
import { createVectorStore, openMemoryDatabase, publicFolder } from "./open-server.ts";
import { readSettings } from "./read-settings.ts";
import { createSpaces } from "./spaces.ts";
import { readVectorIndex } from "./vector-stores/vector-index.ts";

/** Opens everything, listens, and gives the steps that stop it again, in order. */
export async function startServer(config: Config, log: Logger): Promise<(() => unknown)[]> {
  const settings = await readSettings(config, log);
  const assets = await loadAssets(publicFolder);
  const database = await openMemoryDatabase(settings, config, (error) => log.warn({ err: error }, "a database connection broke"));
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
  const known = await readVectorIndex(database.db);
  const spaces = createSpaces(settings, config, { log, expectedIdentity: known?.identity });
  const store = createVectorStore(settings, database.db);
  const service = createMemoryService({
    db: database.db,
    embedder: spaces.connection.embedder,
    store,
    facts: spaces.facts,
    factsTimeoutMs: config.LLM_TIMEOUT_MS,
    log,
  });
  // Lists, exports and the console's pages work without vectors, so what is wrong with them is no reason not to start.
  if (known !== undefined)
    await service.openStore(known.identity).catch((error: unknown) => log.error({ err: error }, "the stored vectors cannot be used"));
  const queue = await createJobQueue({ database, log });
  const transfer = await createTransferService({
    database,
    memories: service,
    queue,
    log,
    explainWait: () => spaces.connection.status().message,
    limits: { maxBytes: config.IMPORT_MAX_BYTES, maxLines: config.IMPORT_MAX_LINES, maxLineBytes: config.IMPORT_MAX_LINE_BYTES },
  });

  let state: ReadyResponse = { ready: true, stage: "ready" };
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
    assets,
    ready: () => state,
    log,
  });
  const listener = await listen(server, { port: config.PORT, hostname: config.HOST });
  log.info(
    { url: listener.url, database: database.kind, vectors: store.kind, embeddings: settings.embedder.kind, access: access.mode },
    "listening",
  );
  if (access.mode === "open") log.warn("AUTH_DISABLED: whoever can reach this port is the administrator");

  return [
    () => (state = { ready: false, stage: "stopping", reason: "The server is stopping." }),
    async () => await closeStreaming(listener),
    async () => await queue.close(),
    async () => await spaces.close(),
    async () => await store.close(),
    async () => await database.close(),
  ];
}
