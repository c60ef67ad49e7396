import { loadConfigOrExit } from "@repo/server-kit/load-config";
import { serverVariables } from "@repo/server-kit/server-variables";
import { z } from "zod";
import manifest from "../package.json" with { type: "json" };
import { languageVariables } from "./language-variables.ts";

/** Every environment variable of this Space. */
export const configSchema = z.object({
  // A long answer takes minutes on two cores, and others may be written before it.
  ...serverVariables({ port: manifest.outpost.port, requestTimeoutMs: 300_000 }),
  ...languageVariables,
});

/** See {@link configSchema}. */
export type Config = z.output<typeof configSchema>;

/** The configuration of this process; ends it with a list of problems when something is wrong. */
export function readConfig(): Config {
  return loadConfigOrExit(configSchema, process.env);
}
