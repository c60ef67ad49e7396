import { startSpace } from "@repo/server-kit/start-space";
import manifest from "../package.json" with { type: "json" };
import { createApp } from "./app.ts";
import { readConfig } from "./config.ts";
import { createService } from "./service.ts";

/** One image of the full model in floats takes 40 s on two busy cores; workers that are stuck are found by their own watchdog. */
const probeTimeoutMs = 150_000;

await startSpace({ manifest, config: readConfig(), createService, createApp, probeTimeoutMs });
