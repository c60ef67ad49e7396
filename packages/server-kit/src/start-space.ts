import type { HostedService } from "@repo/contracts/hosted-service";
import { createLifecycle, type Lifecycle } from "./lifecycle.ts";
import { createLogger, type Logger } from "./log.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { runSpace } from "./run-space.ts";
import type { Server } from "./server.ts";
import type { ServerVariables } from "./server-variables.ts";
import { type SpaceManifest, toSpaceName } from "./space-manifest.ts";

/** What a Space's createApp puts together. */
export interface SpaceParts<Config, Service extends HostedService> {
  config: Config;
  lifecycle: Lifecycle<Service>;
  /** Default: nothing is logged. */
  log?: Logger;
  /** Default: a registry of the server's own. */
  metrics?: Metrics;
}

/** Options of {@link startSpace}: what a Space's files export. */
export interface StartSpaceOptions<Config extends ServerVariables, Service extends HostedService> {
  manifest: SpaceManifest;
  config: Config;
  createService: (config: Config) => Promise<Service>;
  createApp: (parts: SpaceParts<Config, Service>) => Server;
  /** Longest request line and headers, bytes; see listen. */
  maxHeaderBytes?: number;
  /** Longest a proof that inference works may take, milliseconds; see createLifecycle. */
  probeTimeoutMs?: number;
}

/** The whole of a Space's process: loads the service in the background, serves it, and stops in order when told to. */
export async function startSpace<Config extends ServerVariables, Service extends HostedService>(
  options: StartSpaceOptions<Config, Service>,
): Promise<void> {
  const { manifest, config, createService, createApp, maxHeaderBytes, probeTimeoutMs } = options;
  const log = createLogger({ name: toSpaceName(manifest), level: config.LOG_LEVEL });
  const lifecycle = createLifecycle({
    load: () => createService(config),
    log,
    ...(probeTimeoutMs === undefined ? {} : { probeTimeoutMs }),
  });
  const server = createApp({ config, lifecycle, log, metrics: createMetrics({ processMetrics: true }) });
  await runSpace(server, lifecycle, { port: config.PORT, hostname: config.HOST, maxHeaderBytes });
}
