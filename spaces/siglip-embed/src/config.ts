import { loadConfigOrExit } from "@repo/server-kit/load-config";
import { serverVariables } from "@repo/server-kit/server-variables";
import { remoteImageVariables } from "@repo/server-kit/visual-embedding/remote-image-variables";
import { z } from "zod";
import manifest from "../package.json" with { type: "json" };
import { visualVariables } from "./visual-variables.ts";

const mebibyte = 1024 * 1024;

/** Every environment variable of this Space. */
export const configSchema = z.object({
  // Thirty-two photographs of a few megabytes; a large model takes a second and more for each.
  ...serverVariables({ port: manifest.outpost.port, maxBodyBytes: 128 * mebibyte, requestTimeoutMs: 300_000 }),
  ...visualVariables,
  ...remoteImageVariables(),
});

/** See {@link configSchema}. */
export type Config = z.output<typeof configSchema>;

/** The configuration of this process; ends it with a list of problems when something is wrong. */
export function readConfig(): Config {
  return loadConfigOrExit(configSchema, process.env);
}
