import type { TextEmbeddingService } from "@repo/contracts/embed-text";
import type { HostedService } from "@repo/contracts/hosted-service";
import { createServer } from "../create-server.ts";
import type { Server } from "../server.ts";
import { toServerOptions, type ServerVariables } from "../server-variables.ts";
import { type SpaceManifest, toSpaceName } from "../space-manifest.ts";
import type { SpaceParts } from "../start-space.ts";
import { mountTextEmbedding } from "./mount-text-embedding.ts";
import type { TextEmbeddingOptions } from "./text-embedding-host.ts";
import { type TextEmbeddingVariables, toTextEmbeddingOptions } from "./text-embedding-variables.ts";
import { mountTryItPage, type TryItWords } from "./try-it-page.ts";

/** What {@link createTextEmbeddingServer} is given by a Space's main.ts or by a test. */
export type TextEmbeddingParts = SpaceParts<ServerVariables & TextEmbeddingVariables, TextEmbeddingService & HostedService>;

/** What differs between two text-embedding Spaces, apart from their models. */
export interface TextEmbeddingSpaceFacts {
  manifest: SpaceManifest;
  /** One sentence for the API's description. */
  description: string;
  /** Words of the page at `/`. */
  page: TryItWords;
  /** What texts are taken for when a request does not say; default passages. */
  defaultInputType?: TextEmbeddingOptions["defaultInputType"];
}

/** The server of a text-embedding Space: every route of the capability and a page to try it, in front of its service. */
export function createTextEmbeddingServer(facts: TextEmbeddingSpaceFacts, parts: TextEmbeddingParts): Server {
  const { config, lifecycle, log, metrics } = parts;
  const server = createServer({
    name: toSpaceName(facts.manifest),
    version: facts.manifest.version,
    description: facts.description,
    ready: lifecycle.ready,
    status: lifecycle.status,
    ...(log === undefined ? {} : { log }),
    ...(metrics === undefined ? {} : { metrics }),
    ...toServerOptions(config),
  });
  mountTextEmbedding(server, { service: lifecycle.service, defaultInputType: facts.defaultInputType, ...toTextEmbeddingOptions(config) });
  mountTryItPage(server, facts.page);
  return server;
}
