import { integerVariable, urlVariable } from "@repo/server-kit/env-schema";
import { loadConfigOrExit } from "@repo/server-kit/load-config";
import { secretSchema } from "@repo/server-kit/secret";
import { serverVariables } from "@repo/server-kit/server-variables";
import { z } from "zod";

/** Variables that say which model runs, and how. */
export const modelVariables = {
  MODEL: z
    .enum(["pocket", "full"])
    .default("pocket")
    .describe("pocket: the small committed model. full: all-MiniLM-L6-v2 from the Hub; the image's default."),
  MODEL_ID: z
    .string()
    .optional()
    .describe("Another BERT-like sentence-transformers repository in place of all-MiniLM-L6-v2, with MODEL=full."),
  MODEL_REVISION: z.string().optional().describe("Commit, tag or branch of MODEL_ID; default main."),
  MODEL_PRECISION: z
    .enum(["fp32", "int8-row", "int8-static"])
    .default("int8-static")
    .describe("Arithmetic of MODEL=full; the pocket model has its own."),
  MODEL_DIRECTORY: z
    .string()
    .optional()
    .describe("Folder of a prepared model (model.onnx, tokenizer.json, model.json) to serve in place of the others."),
  HF_ENDPOINT: urlVariable().default("https://huggingface.co").describe("Address of the Hub or of a mirror."),
  HF_TOKEN: secretSchema().optional().describe("Token for private or gated repositories; sent to HF_ENDPOINT only."),
  HF_HOME: z
    .string()
    .optional()
    .describe("Folder of Hugging Face's cache, read before anything is downloaded; default ~/.cache/huggingface."),
  DATA_DIRECTORY: z.string().optional().describe("Folder for prepared and optimised models; default ~/.cache/outpost."),
  WORKERS: integerVariable(1, 64).optional().describe("Inference threads; default one per core of the container's quota."),
  CACHE_MB: integerVariable(0, 65_536).default(16).describe("Memory for vectors of texts seen before, MiB; 0 keeps none."),
  MAX_QUEUED_TOKENS: integerVariable(512, 100_000_000).default(262_144).describe("Tokens that may wait for a worker; more get 429."),
};

/** Every environment variable of this Space. */
export const configSchema = z.object({
  ...serverVariables({ port: 7861 }),
  ...modelVariables,
  DIMENSIONS_POLICY: z
    .enum(["reject", "ignore", "adapt"])
    .default("reject")
    .describe(
      "When a request names other dimensions than the model's: refuse it, answer with the model's own, or cut and fill with zeros.",
    ),
});

/** See {@link configSchema}. */
export type Config = z.output<typeof configSchema>;

/** See {@link modelVariables}. */
export type ModelConfig = z.output<z.ZodObject<typeof modelVariables>>;

/** The configuration of this process; ends it with a list of problems when something is wrong. */
export function readConfig(): Config {
  return loadConfigOrExit(configSchema, process.env);
}
