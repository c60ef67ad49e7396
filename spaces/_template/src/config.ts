import { integerVariable } from "@repo/server-kit/env-schema";
import { loadConfigOrExit } from "@repo/server-kit/load-config";
import { serverVariables } from "@repo/server-kit/server-variables";
import { textEmbeddingVariables } from "@repo/server-kit/text-embedding/text-embedding-variables";
import { z } from "zod";
import manifest from "../package.json" with { type: "json" };
import { model } from "./model.ts";

/** Every environment variable of this Space. */
export const configSchema = z.object({
  ...serverVariables({ port: manifest.outpost.port }),
  ...textEmbeddingVariables(),
  DIMENSIONS: integerVariable(16, 4096)
    .default(model.dimensions)
    .describe("Length of the vectors; more means fewer words that share a place."),
});

/** See {@link configSchema}. */
export type Config = z.output<typeof configSchema>;

/** The configuration of this process; ends it with a list of problems when something is wrong. */
export function readConfig(): Config {
  return loadConfigOrExit(configSchema, process.env);
}
