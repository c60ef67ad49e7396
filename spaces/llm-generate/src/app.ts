import type { GenerationService } from "@repo/contracts/generate-text";
import { createServer } from "@repo/server-kit/create-server";
import type { Server } from "@repo/server-kit/server";
import { toServerOptions } from "@repo/server-kit/server-variables";
import { toSpaceName } from "@repo/server-kit/space-manifest";
import type { SpaceParts } from "@repo/server-kit/start-space";
import { mountTextGeneration } from "@repo/server-kit/text-generation/mount-text-generation";
import manifest from "../package.json" with { type: "json" };
import type { Config } from "./config.ts";
import { mountTryItPage } from "./try-it-page.ts";

/** A JSON Schema nests twice for every level of the answer. */
const maxDepth = 100;

/** The Space's server: every route that writes text and a page to try it, in front of the service. */
export function createApp({ config, lifecycle, log, metrics }: SpaceParts<Config, GenerationService>): Server {
  const options = toServerOptions(config);
  const server = createServer({
    name: toSpaceName(manifest),
    version: manifest.version,
    description:
      "Text from a language model: answers, chats, JSON that obeys a schema, token by token; for clients of OpenAI, text-generation-inference and Hugging Face.",
    ready: lifecycle.ready,
    status: lifecycle.status,
    ...(log === undefined ? {} : { log }),
    ...(metrics === undefined ? {} : { metrics }),
    ...options,
    limits: { ...options.limits, maxDepth },
  });
  mountTextGeneration(server, { service: lifecycle.service });
  mountTryItPage(server);
  return server;
}
