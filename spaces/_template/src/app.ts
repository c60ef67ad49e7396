import type { TextEmbeddingService } from "@repo/contracts/embed-text";
import type { HostedService } from "@repo/contracts/hosted-service";
import { createServer } from "@repo/server-kit/create-server";
import type { Server } from "@repo/server-kit/server";
import { toServerOptions } from "@repo/server-kit/server-variables";
import { toSpaceName } from "@repo/server-kit/space-manifest";
import type { SpaceParts } from "@repo/server-kit/start-space";
import { mountTextEmbedding } from "@repo/server-kit/text-embedding/mount-text-embedding";
import { toTextEmbeddingOptions } from "@repo/server-kit/text-embedding/text-embedding-variables";
import { mountTryItPage } from "@repo/server-kit/text-embedding/try-it-page";
import manifest from "../package.json" with { type: "json" };
import type { Config } from "./config.ts";

/** The Space's server: the routes of its capability in front of its service. */
export function createApp({ config, lifecycle, log, metrics }: SpaceParts<Config, TextEmbeddingService & HostedService>): Server {
  const server = createServer({
    name: toSpaceName(manifest),
    version: manifest.version,
    description: "Words hashed into vectors, without a model: a Space to start from.",
    ready: lifecycle.ready,
    status: lifecycle.status,
    ...(log === undefined ? {} : { log }),
    ...(metrics === undefined ? {} : { metrics }),
    ...toServerOptions(config),
  });
  mountTextEmbedding(server, { service: lifecycle.service, ...toTextEmbeddingOptions(config) });
  mountTryItPage(server, {
    title: "Feature hashing",
    lead: "Turns texts into vectors by hashing their words: texts with the same words lie close together, whatever they mean.",
    pair: ["The cat sat on the mat.", "A cat is on the mat."],
    list: ["The cat sat on the mat.", "A cat is on the mat.", "Dogs bark at night.", "A dog barked last night."],
  });
  return server;
}
