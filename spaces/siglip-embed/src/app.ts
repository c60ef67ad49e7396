import type { VisualService } from "@repo/contracts/visual-embedding";
import { createServer } from "@repo/server-kit/create-server";
import type { Server } from "@repo/server-kit/server";
import { toServerOptions } from "@repo/server-kit/server-variables";
import { toSpaceName } from "@repo/server-kit/space-manifest";
import type { SpaceParts } from "@repo/server-kit/start-space";
import { mountVisualEmbedding } from "@repo/server-kit/visual-embedding/mount-visual-embedding";
import { maxImagesPerRequest } from "@repo/contracts/visual-embedding";
import manifest from "../package.json" with { type: "json" };
import type { Config } from "./config.ts";
import { mountTryItPage } from "./try-it-page.ts";

/** The Space's server: every route of visual embedding and a page to try it, in front of the service. */
export function createApp({ config, lifecycle, log, metrics }: SpaceParts<Config, VisualService>): Server {
  const options = toServerOptions(config);
  const maxFileBytes = Math.min(config.MAX_FILE_BYTES, config.MAX_BODY_BYTES);
  const server = createServer({
    name: toSpaceName(manifest),
    version: manifest.version,
    description:
      "Images and texts as vectors of one space, by SigLIP 2 or the pocket model: search, labels, colour, texture, material and style.",
    ready: lifecycle.ready,
    status: lifecycle.status,
    ...(log === undefined ? {} : { log }),
    ...(metrics === undefined ? {} : { metrics }),
    ...options,
    limits: { ...options.limits, maxFileBytes, maxFiles: maxImagesPerRequest },
  });
  mountVisualEmbedding(server, {
    service: lifecycle.service,
    remoteImages: { hosts: config.REMOTE_IMAGE_HOSTS, timeoutMs: config.REMOTE_IMAGE_TIMEOUT_MS, maxFileBytes },
    maxRemoteBytes: config.MAX_BODY_BYTES,
  });
  mountTryItPage(server);
  return server;
}
