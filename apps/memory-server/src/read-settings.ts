import type { Logger } from "@repo/server-kit/log";
import { type Config, environment } from "./config.ts";
import { loadMem0Config } from "./mem0-config/load-mem0-config.ts";
import { toUserPath } from "./open-server.ts";
import { resolveSettings, type Settings } from "./settings.ts";

/** The settings that variables and Mem0's file come down to. @throws ConfigError naming everything that is wrong in the file */
export async function readSettings(config: Config, log: Logger): Promise<Settings> {
  const { MEM0_CONFIG_PATH: path } = config;
  if (path === undefined) return resolveSettings(config, undefined);
  const file = await loadMem0Config(toUserPath(path, config), environment);
  for (const warning of file.warnings) log.warn(warning);
  if (config.HF_SPACE_EMBEDDER_ENDPOINT !== undefined && file.embedder.baseUrl !== undefined)
    log.warn("HF_SPACE_EMBEDDER_ENDPOINT is set, so the embedder of MEM0_CONFIG_PATH is not used");
  return resolveSettings(config, file);
}
