import { createLogger } from "@repo/server-kit/log";
import { runApp } from "@repo/server-kit/run-app";
import { readConfig } from "./config.ts";
import { startServer } from "./start-server.ts";

const config = readConfig();
const log = createLogger({ name: "idea-playground", level: config.LOG_LEVEL });
await runApp(log, async () => await startServer(config, log));
