import { limitForms } from "@repo/app-kit/page-forms";
import { isSameOrigin } from "@repo/app-kit/same-origin";
import type { Assets } from "@repo/app-kit/load-assets";
import type { OpenDatabase } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import type { ReadyResponse } from "@repo/contracts/health";
import { createServer } from "@repo/server-kit/create-server";
import type { Logger } from "@repo/server-kit/log";
import type { Server } from "@repo/server-kit/server";
import manifest from "../package.json" with { type: "json" };
import type { AccessControl } from "./access/access-control.ts";
import type { Sessions } from "./access/sessions.ts";
import type { Config } from "./config.ts";
import { mountPlayground } from "./features/playground/mount-playground.tsx";
import { mountSettings } from "./features/settings/mount-settings.tsx";
import { mountSignIn } from "./features/sign-in/mount-sign-in.tsx";
import { mountUsage } from "./features/usage/mount-usage.tsx";
import type { TieredLanguageModel } from "./language-models/language-model.ts";
import type { SettingsStore } from "./settings/settings-store.ts";
import type { Spaces } from "./spaces.ts";
import { readTierChoices } from "./settings/read-tier-choices.ts";
import { createPages } from "./ui/pages.tsx";

/** What {@link createApp} puts together. */
export interface AppParts {
  config: Config;
  database: OpenDatabase;
  access: AccessControl;
  sessions: Sessions;
  store: SettingsStore;
  spaces: Spaces;
  model: TieredLanguageModel;
  assets: Assets;
  ready: () => ReadyResponse;
  log?: Logger;
}

/** Largest form, bytes: what is written about a whole canvas. */
const maxFormBytes = 1024 * 1024;

/** The web app: playground, settings and usage. */
export function createApp(parts: AppParts): Server {
  const { config, database, access, sessions, store, spaces, model, assets, ready, log } = parts;
  const server = createServer({
    name: "idea-playground",
    version: manifest.version,
    description: "Ideas, written by your own language models: four tiers of Spaces, structured answers and variations.",
    ready,
    status: () => ({ versions: { database: database.kind } }),
    authenticate: access.authorize,
    needsKey: access.mode === "keys",
    corsOrigins: [],
    limits: { maxTimeoutMs: config.REQUEST_TIMEOUT_MS },
    ...(log === undefined ? {} : { log }),
  });
  server.app.use(async (c, next) => {
    // What people write is not kept by browsers, nor shown by Back after signing out.
    if (!c.req.path.startsWith("/assets/")) c.header("cache-control", "no-store");
    if (c.req.method !== "GET" && c.req.method !== "HEAD" && !isSameOrigin(c.req.raw.headers))
      throw new CodedError("forbidden", "This was sent by a page of another origin.");
    await next();
  });
  server.app.use(limitForms(maxFormBytes));
  const pages = createPages(server, { assets, access });
  mountSignIn(server, { pages, access, sessions });
  mountSettings(server, { config, store, spaces, pages });
  mountUsage(server, { db: database.db, pages });
  mountPlayground(server, {
    db: database.db,
    languageModel: model,
    pages,
    toPage: pages.toPage,
    authorize: pages.readViewer,
    readTiers: async () => readTierChoices(await store.read(), config),
  });
  server.app.get("/assets/:name", (c) => assets.respond(c.req.param("name")) ?? c.notFound());
  return server;
}
