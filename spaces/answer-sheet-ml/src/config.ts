import { loadConfigOrExit } from "@repo/server-kit/load-config";
import { serverVariables } from "@repo/server-kit/server-variables";
import { z } from "zod";
import manifest from "../package.json" with { type: "json" };
import { readingVariables } from "./reading-variables.ts";

const mebibyte = 1024 * 1024;

/** Every environment variable of this Space. */
export const configSchema = z.object({
  // A batch of scans is large and takes minutes; the original's client waits 300 seconds.
  ...serverVariables({ port: manifest.outpost.port, maxBodyBytes: 200 * mebibyte, requestTimeoutMs: 300_000 }),
  ...readingVariables,
});

/** See {@link configSchema}. */
export type Config = z.output<typeof configSchema>;

/** The configuration of this process; ends it with a list of problems when something is wrong. */
export function readConfig(): Config {
  return loadConfigOrExit(configSchema, process.env);
}
