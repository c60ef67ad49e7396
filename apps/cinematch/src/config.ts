import { databaseVariables } from "@repo/app-kit/database-variables";
import { booleanVariable, integerVariable, portVariable } from "@repo/server-kit/env-schema";
import { loadConfigOrExit } from "@repo/server-kit/load-config";
import { secretSchema } from "@repo/server-kit/secret";
import { z } from "zod";

/** Every variable that cinematch reads; the README's table is made from this. */
export const configSchema = z.object({
  PORT: portVariable().default(3001).describe("Port to listen on."),
  HOST: z.string().default("127.0.0.1").describe("Address to listen on; 0.0.0.0 in a container."),
  USE_EXTERNAL_EMBEDDINGS: booleanVariable()
    .default(true)
    .describe("false: the embedding model runs inside this process instead of a Space (needs the optional package @repo/minilm-embed)."),
  HF_SPACE_ENDPOINT: z
    .string()
    .optional()
    .describe(
      "Address of the minilm-embed Space: https://huggingface.co/spaces/user/name, https://user-name.hf.space, user/name or any base URL.",
    ),
  HF_API_TOKEN: secretSchema()
    .optional()
    .describe("Hugging Face token: opens a private Space; without HF_SPACE_ENDPOINT the hosted inference API is used with it."),
  HF_SPACE_API_KEY: secretSchema().optional().describe("Key of the Space itself, one of its SPACE_API_KEYS."),
  KEYWORD_ONLY_MODE: booleanVariable().default(false).describe("true: compare words only; no Space and no model is used."),
  LOCAL_FALLBACK: booleanVariable()
    .default(true)
    .describe(
      "Answer with the same model inside this process while the Space cannot, where the optional package @repo/minilm-embed is installed.",
    ),
  MODEL: z
    .enum(["pocket", "full"])
    .default("pocket")
    .describe("Model that runs inside this process as local model or fallback; must be the Space's."),
  SPACE_TIMEOUT_MS: integerVariable(100, 600_000).default(10_000).describe("Longest time one request to the Space may take, milliseconds."),
  SPACE_WAKE_BUDGET_MS: integerVariable(1_000, 3_600_000)
    .default(180_000)
    .describe("How long a sleeping Space is given to wake up, milliseconds."),
  SEARCH_TIMEOUT_MS: integerVariable(100, 120_000)
    .default(4_000)
    .describe("How long a search waits for the Space before words alone answer, milliseconds."),
  PCA_COMPONENTS: integerVariable(0, 384)
    .default(0)
    .describe("Reduce the 384 numbers of a vector to this many (32 to 64 are sensible) before comparing; 0 compares whole vectors."),
  ...databaseVariables("cinematch", "pgvector and pg_trgm"),
  CATALOGUE_PATH: z
    .string()
    .optional()
    .describe("File with the films that fill an empty catalogue; default the committed data/films.jsonl."),
  INIT_CWD: z
    .string()
    .optional()
    .describe("Set by pnpm: the folder a command was called from; file names on its command line are relative to it."),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info").describe("How much is logged."),
});

/** Cinematch's configuration. */
export type Config = Readonly<z.output<typeof configSchema>>;

/** The configuration of this process; ends it with a list of problems when something is wrong. */
export function readConfig(): Config {
  return loadConfigOrExit(configSchema, process.env);
}
