import { startSpace } from "@repo/server-kit/start-space";
import manifest from "../package.json" with { type: "json" };
import { createApp } from "./app.ts";
import { readConfig } from "./config.ts";
import { createService } from "./service.ts";

/**
 * The original's POST /extract/base64 carries the picture in its query, which Node counts as header. 4 MiB is a scan of
 * 2 MB with every plus sign escaped; larger ones go into the body.
 */
const maxHeaderBytes = 4 * 1024 * 1024;

await startSpace({ manifest, config: readConfig(), createService, createApp, maxHeaderBytes });
