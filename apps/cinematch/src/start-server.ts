import { loadAssets } from "@repo/app-kit/load-assets";
import type { ReadyResponse } from "@repo/contracts/health";
import { closeStreaming, listen } from "@repo/server-kit/listen";
import type { Logger } from "@repo/server-kit/log";
import { createApp } from "./app.ts";
import type { Config } from "./config.ts";
import { createFilmIndexer, readActiveIndex } from "./features/indexing/film-indexer.ts";
import { openCatalogue, publicFolder } from "./open-catalogue.ts";
import { createSpaces } from "./spaces.ts";

/** Opens everything, listens, and gives the steps that stop it again, in order. */
export async function startServer(config: Config, log: Logger): Promise<(() => unknown)[]> {
  const assets = await loadAssets(publicFolder);
  const database = await openCatalogue(config, (error) => log.warn({ err: error }, "a database connection broke"));
  const spaces = createSpaces(config, log, (await readActiveIndex(database.db))?.identity);
  const indexer =
    spaces.embedder && createFilmIndexer({ db: database.db, embedder: spaces.embedder, reducedDimensions: config.PCA_COMPONENTS });
  let state: ReadyResponse = { ready: true, stage: "ready" };
  const server = createApp({ config, database, spaces, indexer, assets, ready: () => state, log });
  const listener = await listen(server, { port: config.PORT, hostname: config.HOST });
  log.info({ url: listener.url, database: database.kind, embeddings: spaces.status().mode }, "listening");
  return [
    () => (state = { ready: false, stage: "stopping", reason: "The server is stopping." }),
    async () => await closeStreaming(listener),
    async () => await indexer?.close(),
    async () => await spaces.close(),
    async () => await database.close(),
  ];
}
