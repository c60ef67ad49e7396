import type { Logger } from "@repo/server-kit/log";
import type { Config } from "./config.ts";
import { resolveSettings, type Settings } from "./settings.ts";

/** The settings that variables and Mem0's file come down to. @throws CodedError invalid_request naming what is wrong in the file */
export async function readSettings(config: Config, log: Logger): Promise<Settings> {
  log.debug("reading settings");
  return await Promise.resolve(resolveSettings(config, undefined));
}
