import { startSpace } from "@repo/server-kit/start-space";
import manifest from "../package.json" with { type: "json" };
import { createApp } from "./app.ts";
import { readConfig } from "./config.ts";
import { createService } from "./service.ts";

await startSpace({ manifest, config: readConfig(), createService, createApp });
