import {
  extractBase64Route,
  extractBatchRoute,
  extractRoute,
  maxFilesPerBatch,
  sheetIndexRoute,
  sheetStatusRoute,
} from "@repo/contracts/answer-sheets";
import type { UploadedFile } from "@repo/contracts/uploaded-file";
import { createServer } from "@repo/server-kit/create-server";
import { decodeBase64 } from "@repo/server-kit/decode-base64";
import { buildStatus } from "@repo/server-kit/lifecycle-routes";
import { mountRoute, mountStream } from "@repo/server-kit/mount-route";
import type { Server } from "@repo/server-kit/server";
import { toServerOptions } from "@repo/server-kit/server-variables";
import { toSpaceName } from "@repo/server-kit/space-manifest";
import type { SpaceParts } from "@repo/server-kit/start-space";
import manifest from "../package.json" with { type: "json" };
import type { Config } from "./config.ts";
import { fileNames } from "./model.ts";
import type { SheetService } from "./service.ts";
import { mountTryItPage } from "./try-it-page.ts";

/** The Space's server: the routes of reading answer sheets in front of the service. */
export function createApp({ config, lifecycle, log, metrics }: SpaceParts<Config, SheetService>): Server {
  const options = toServerOptions(config);
  const server = createServer({
    name: toSpaceName(manifest),
    version: manifest.version,
    description: "Register numbers and subject codes off scanned answer sheets, with calibrated confidences.",
    ready: lifecycle.ready,
    status: lifecycle.status,
    ownStatusRoute: true,
    ...(log === undefined ? {} : { log }),
    ...(metrics === undefined ? {} : { metrics }),
    ...options,
    limits: { ...options.limits, maxFileBytes: Math.min(config.MAX_FILE_BYTES, config.MAX_BODY_BYTES), maxFiles: maxFilesPerBatch },
  });
  mountStatus(server);
  mountRoute(server, extractRoute, async ({ file, ...rest }, context) => await (await lifecycle.service()).read(file, rest, context));
  mountRoute(server, extractBase64Route, async ({ image_data, filename, ...rest }, context) => {
    const { bytes, type } = decodeBase64(image_data, "image_data");
    const file: UploadedFile = { bytes, name: filename ?? "image", ...(type === undefined ? {} : { type }) };
    return await (await lifecycle.service()).read(file, rest, context);
  });
  mountStream(server, extractBatchRoute, async function* ({ files, ...rest }, context) {
    yield* (await lifecycle.service()).readMany(files, rest, context);
  });
  // In this order: browsers, which ask for a page, get it; programs get what the original answered.
  mountTryItPage(server);
  mountRoute(server, sheetIndexRoute, () => ({
    service: "Answer Sheet ML Inference",
    version: manifest.version,
    endpoints: [...new Set(server.routes.map(({ path }) => path))].filter((path) => path !== "/"),
  }));
  return server;
}

function mountStatus(server: Server): void {
  mountRoute(server, sheetStatusRoute, () => {
    const status = buildStatus(server);
    const isThere = (name: string): boolean => status.files?.some(({ path, state }) => path === name && state === "ok") ?? false;
    const { reason } = server.ready();
    return {
      ...status,
      primary_yolo: isThere(fileNames.detector),
      register_crnn: isThere(fileNames.register_number),
      subject_crnn: isThere(fileNames.subject_code),
      ...(status.ready || reason === undefined ? {} : { error: reason }),
    };
  });
}
