import type { Assets } from "@repo/app-kit/load-assets";
import type { OpenDatabase } from "@repo/app-kit/open-database";
import { mountStateStream } from "@repo/app-kit/state-stream";
import { filmHealthRoute } from "@repo/contracts/film-recommendations";
import type { FilmHealth } from "@repo/contracts/film-recommendations";
import type { ReadyResponse } from "@repo/contracts/health";
import { createServer } from "@repo/server-kit/create-server";
import type { Logger } from "@repo/server-kit/log";
import { mountRoute } from "@repo/server-kit/mount-route";
import type { Server } from "@repo/server-kit/server";
import manifest from "../package.json" with { type: "json" };
import type { Config } from "./config.ts";
import { countFilms } from "./features/catalogue/catalogue-store.ts";
import { mountFilmMap } from "./features/film-map/routes.tsx";
import type { FilmIndexer } from "./features/indexing/film-indexer.ts";
import { reduceVector } from "./features/indexing/reduce-vectors.ts";
import type { RecommendationSources } from "./features/recommendations/recommend-films.ts";
import { mountRecommendations } from "./features/recommendations/routes.tsx";
import type { Spaces } from "./spaces.ts";
import { createPages } from "./ui/pages.tsx";

/** What {@link createApp} puts together. */
export interface AppParts {
  config: Config;
  database: OpenDatabase;
  spaces: Spaces;
  /** Undefined when only words are compared. */
  indexer: FilmIndexer | undefined;
  assets: Assets;
  ready: () => ReadyResponse;
  log?: Logger;
}

/** The web app: API, pages and the status stream. */
export function createApp(parts: AppParts): Server {
  const { config, database, spaces, indexer, assets, ready, log } = parts;
  const server = createServer({
    name: "cinematch",
    version: manifest.version,
    description: "Film recommendations by meaning and by words.",
    ready,
    status: () => ({ device: "cpu", versions: { database: database.kind } }),
    limits: { maxBodyBytes: 64 * 1024, maxTimeoutMs: 60_000 },
    ...(log === undefined ? {} : { log }),
  });
  const sources: RecommendationSources = {
    db: database.db,
    embedder: spaces.embedder,
    activeIndex: () => indexer?.active(),
    reduce: (index, vector) => (index.reduction ? reduceVector(index.reduction, vector) : vector),
  };
  const health = async (): Promise<FilmHealth> => {
    const progress = indexer?.progress();
    const films = await countFilms(database.db);
    const space = spaces.status();
    const isHealthy = indexer === undefined || (progress?.phase === "complete" && space.answeredBy !== "none");
    return { status: isHealthy ? "healthy" : "degraded", films, indexed: progress?.done ?? 0, index: progress?.phase ?? "off", space };
  };
  mountRoute(server, filmHealthRoute, health);
  const pages = createPages(server, assets);
  mountRecommendations(server, { sources, assets, pages, searchTimeoutMs: config.SEARCH_TIMEOUT_MS, wakeSpace: spaces.wake });
  mountFilmMap(server, { db: database.db, assets, pages, activeIndex: sources.activeIndex });
  mountStateStream(server, {
    path: "/events",
    read: health,
    isBusy: ({ index, space }) => index === "indexing" || space.state === "warming",
  });
  server.app.get("/assets/:name", (c) => assets.respond(c.req.param("name")) ?? c.notFound());
  return server;
}
