import { createLifecycle } from "@repo/server-kit/lifecycle";
import { createLogger } from "@repo/server-kit/log";
import { createMetrics } from "@repo/server-kit/metrics";
import { runSpace } from "@repo/server-kit/run-space";
import { createApp } from "./app.ts";
import { readConfig } from "./config.ts";
import { createService } from "./service.ts";

const config = readConfig();
const log = createLogger({ name: "minilm-embed", level: config.LOG_LEVEL });
const lifecycle = createLifecycle({ load: () => createService(config), log });
const server = createApp({ config, lifecycle, log, metrics: createMetrics({ processMetrics: true }) });
await runSpace(server, lifecycle, { port: config.PORT, hostname: config.HOST });
