import type { z } from "zod";
import { integerVariable, listVariable } from "../env-schema.ts";

/** The variables of images that are named by a web address, as a shape to put into a Space's schema. */
export function remoteImageVariables() {
  return {
    REMOTE_IMAGE_HOSTS: listVariable()
      .default([])
      .describe(
        "Hosts that images may be fetched from, separated by commas: example.com, *.example.com, example.com:8443, or * for every public one. Default none: web addresses are refused.",
      ),
    REMOTE_IMAGE_TIMEOUT_MS: integerVariable(100, 120_000)
      .default(10_000)
      .describe("Longest that fetching one image may take, milliseconds."),
  };
}

/** Values of {@link remoteImageVariables}. */
export type RemoteImageVariables = z.output<z.ZodObject<ReturnType<typeof remoteImageVariables>>>;
