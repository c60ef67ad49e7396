import type { TextEmbeddingService } from "@repo/contracts/embed-text";
import type { HostedService } from "@repo/contracts/hosted-service";
import { createServer } from "@repo/server-kit/create-server";
import type { Lifecycle } from "@repo/server-kit/lifecycle";
import type { Logger } from "@repo/server-kit/log";
import type { Metrics } from "@repo/server-kit/metrics";
import type { Server } from "@repo/server-kit/server";
import { toServerOptions } from "@repo/server-kit/server-variables";
import { mountTextEmbedding } from "@repo/server-kit/text-embedding/mount-text-embedding";
import { mountTryItPage } from "@repo/server-kit/text-embedding/try-it-page";
import manifest from "../package.json" with { type: "json" };
import type { Config } from "./config.ts";

/** What {@link createApp} puts together. */
export interface AppParts {
  config: Config;
  lifecycle: Lifecycle<TextEmbeddingService & HostedService>;
  log?: Logger;
  metrics?: Metrics;
}

/** The Space's server: every text-embedding route in front of the service. */
export function createApp({ config, lifecycle, log, metrics }: AppParts): Server {
  const server = createServer({
    name: "minilm-embed",
    version: manifest.version,
    description: "Sentence embeddings, 384 dimensions, by all-MiniLM-L6-v2 or the pocket model distilled from it.",
    ready: lifecycle.ready,
    status: lifecycle.status,
    ...(log === undefined ? {} : { log }),
    ...(metrics === undefined ? {} : { metrics }),
    ...toServerOptions(config),
  });
  mountTextEmbedding(server, { service: lifecycle.service, dimensionsPolicy: config.DIMENSIONS_POLICY });
  mountTryItPage(server, {
    title: "MiniLM sentence embeddings",
    lead: "Turns sentences into vectors of 384 numbers, so that texts with the same meaning lie close together.",
    pair: ["A man is eating food.", "Someone is having lunch."],
    list: [
      "A man is eating food.",
      "Someone is having lunch.",
      "A woman plays the violin.",
      "The musician performs on stage.",
      "A cheetah chases its prey.",
      "The stock market fell sharply today.",
    ],
  });
  return server;
}
