import { z } from "zod";
import { urlVariable } from "./env-schema.ts";
import { secretSchema } from "./secret.ts";

/** The variables that say where models are fetched from, as a shape to put into a Space's schema. */
export function hubVariables() {
  return {
    HF_ENDPOINT: urlVariable().default("https://huggingface.co").describe("Address of the Hub or of a mirror."),
    HF_TOKEN: secretSchema().optional().describe("Token for private or gated repositories; sent to HF_ENDPOINT only."),
    HF_HOME: z
      .string()
      .optional()
      .describe("Folder of Hugging Face's cache, read before anything is downloaded; default ~/.cache/huggingface."),
  };
}
