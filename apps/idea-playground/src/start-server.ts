import { loadAssets } from "@repo/app-kit/load-assets";
import type { ReadyResponse } from "@repo/contracts/health";
import { closeStreaming, listen } from "@repo/server-kit/listen";
import type { Logger } from "@repo/server-kit/log";
import { createAccessControl } from "./access/access-control.ts";
import { createSessions } from "./access/sessions.ts";
import { createApp } from "./app.ts";
import type { Config } from "./config.ts";
import { openPlaygroundDatabase, publicFolder } from "./open-playground-database.ts";
import { openServices } from "./open-services.ts";
import { migrateSettings } from "./settings/migrate-settings.ts";
import { loadSecretKey } from "./settings/secret-key.ts";

/** Time between two looks for queries that are old enough to be forgotten, milliseconds. */
const purgeIntervalMs = 6 * 60 * 60 * 1000;

/** Opens everything, listens, and gives the steps that stop it again, in order. */
export async function startServer(config: Config, log: Logger): Promise<(() => unknown)[]> {
  const assets = await loadAssets(publicFolder);
  const database = await openPlaygroundDatabase(config, (error) => log.warn({ err: error }, "a database connection broke"));
  const { db } = database;
  const sessions = createSessions(db);
  const access = createAccessControl({
    findSessionKeyHash: sessions.findKeyHash,
    host: config.HOST,
    adminKey: config.ADMIN_API_KEY,
    authDisabled: config.AUTH_DISABLED,
    isPublic: config.PUBLIC_PLAYGROUND,
  });
  for (const done of await migrateSettings(db, await loadSecretKey(config))) log.info({ done }, "settings migrated");
  const { store, spaces, queryLog, model } = await openServices(config, database, log);
  if (!store.keepsTokens) log.warn("SECRET_KEY is not set: tokens of private Spaces cannot be stored in the settings");
  const purge = (): void => void queryLog.purge().catch((error: unknown) => log.error({ err: error }, "old queries cannot be deleted"));
  purge();
  const purging = setInterval(purge, purgeIntervalMs);

  let state: ReadyResponse = { ready: true, stage: "ready" };
  const server = createApp({ config, database, access, sessions, store, spaces, model, assets, ready: () => state, log });
  const listener = await listen(server, { port: config.PORT, hostname: config.HOST });
  log.info({ url: listener.url, database: database.kind, access: access.mode }, "listening");
  if (access.mode === "open") log.warn("AUTH_DISABLED: whoever can reach this port is the administrator");

  return [
    () => (state = { ready: false, stage: "stopping", reason: "The server is stopping." }),
    async () => await closeStreaming(listener),
    () => clearInterval(purging),
    async () => await spaces.close(),
    async () => await queryLog.flush(),
    async () => await database.close(),
  ];
}
