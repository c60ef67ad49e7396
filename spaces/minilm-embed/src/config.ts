import { loadConfigOrExit } from "@repo/server-kit/load-config";
import { serverVariables } from "@repo/server-kit/server-variables";
import { z } from "zod";

/** Every environment variable of this Space. */
export const configSchema = z.object({
  ...serverVariables({ port: 7861 }),
});

/** See {@link configSchema}. */
export type Config = z.output<typeof configSchema>;

/** The configuration of this process; ends it with a list of problems when something is wrong. */
export function readConfig(): Config {
  return loadConfigOrExit(configSchema, process.env);
}
