import type { Assets } from "@repo/app-kit/load-assets";
import type { OpenDatabase } from "@repo/app-kit/open-database";
import type { ReadyResponse } from "@repo/contracts/health";
import { createServer } from "@repo/server-kit/create-server";
import type { Logger } from "@repo/server-kit/log";
import type { Server } from "@repo/server-kit/server";
import manifest from "../package.json" with { type: "json" };
import { guardRoutes } from "./access.ts";
import { type Config, toMaxFileBytes } from "./config.ts";
import type { DocumentService } from "./documents/document-service.ts";
import { mountCallsApi } from "./features/calls-api/routes.ts";
import { mountCallPages } from "./features/call-pages/mount-call-pages.tsx";
import { mountDocumentPages } from "./features/catalogue-pages/mount-document-pages.tsx";
import { mountPicturePages } from "./features/catalogue-pages/mount-picture-pages.tsx";
import { mountDocumentsApi } from "./features/documents-api/routes.ts";
import { mountEmbeddingsApi } from "./features/embeddings-api/routes.ts";
import { mountSearchApi } from "./features/search-api/routes.ts";
import { sampleCataloguePath } from "./open-catalogue.ts";
import type { SearchService } from "./search/search-service.ts";
import type { Spaces } from "./spaces.ts";
import { createPages } from "./ui/pages.tsx";

/** What {@link createApp} puts together. */
export interface AppParts {
  config: Config;
  database: OpenDatabase;
  spaces: Spaces;
  documents: DocumentService;
  search: SearchService;
  assets: Assets;
  ready: () => ReadyResponse;
  log?: Logger;
}

const mebibyte = 1024 * 1024;
/** What a form has besides its file, bytes. */
const formBytes = 64 * 1024;
/** A photo of 10 MiB in base64 with the rest of its request. */
const photoBodyBytes = 16 * mebibyte;

/** The web app: API, pages and the stream of progress. */
export function createApp(parts: AppParts): Server {
  const { config, database, spaces, documents, search, assets, ready, log } = parts;
  const { db } = database;
  const maxFileBytes = toMaxFileBytes(config);
  const maxArrivingBytes = config.MAX_ARRIVING_MB * mebibyte;
  const maxBodyBytes = Math.max(maxFileBytes + formBytes, maxArrivingBytes / 2, photoBodyBytes);
  const server = createServer({
    name: "pdf-extractor",
    version: manifest.version,
    description: "Pictures out of PDFs, found by words, by a photo, and by colour, texture, material and style.",
    ready,
    status: () => ({ device: "cpu", versions: { database: database.kind } }),
    needsKey: config.ACCESS_KEY !== undefined,
    corsOrigins: [],
    limits: { maxFileBytes, maxBodyBytes, maxArrivingBytes: Math.max(maxBodyBytes, maxArrivingBytes), maxTimeoutMs: 600_000 },
    ...(log === undefined ? {} : { log }),
  });
  server.app.use(guardRoutes(server, config.ACCESS_KEY));
  mountDocumentsApi(server, { documents });
  mountSearchApi(server, { db, search });
  mountEmbeddingsApi(server, { spaces });
  mountCallsApi(server, { db });
  const pages = createPages(server, assets);
  const catalogue = { db, documents, search, spaces, assets, pages, maxFileBytes, samplePath: sampleCataloguePath };
  mountDocumentPages(server, catalogue);
  mountPicturePages(server, catalogue);
  mountCallPages(server, { db, assets, pages, budget: config.BUDGET_PER_DAY_USD });
  server.app.get("/assets/:name", (c) => assets.respond(c.req.param("name")) ?? c.notFound());
  return server;
}
