import { databaseVariables } from "@repo/app-kit/database-variables";
import { booleanVariable, integerVariable, listVariable, portVariable } from "@repo/server-kit/env-schema";
import { type Environment, loadConfigOrExit } from "@repo/server-kit/load-config";
import { secretSchema } from "@repo/server-kit/secret";
import { z } from "zod";

/** Every variable that memory-server reads; the README's table is made from this. */
export const configSchema = z.object({
  PORT: portVariable().default(3002).describe("Port to listen on."),
  HOST: z.string().default("127.0.0.1").describe("Address to listen on; 0.0.0.0 in a container, which needs ADMIN_API_KEY."),
  ADMIN_API_KEY: secretSchema()
    .refine((key) => key.reveal().length >= 16, { error: "at least 16 characters" })
    .optional()
    .describe("The administrator's key, at least 16 characters. Without it everybody on this machine is the administrator."),
  AUTH_DISABLED: booleanVariable().default(false).describe("true: no key is asked for, whoever can reach the port is the administrator."),
  HF_SPACE_EMBEDDER_ENDPOINT: z
    .string()
    .optional()
    .describe(
      "Address of the bge-embed Space: https://huggingface.co/spaces/user/name, https://user-name.hf.space, user/name or any base URL.",
    ),
  HF_API_TOKEN: secretSchema().optional().describe("Hugging Face token that opens a private Space."),
  HF_SPACE_API_KEY: secretSchema().optional().describe("Key of the Space itself, one of its SPACE_API_KEYS."),
  OPENAI_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("Where embeddings come from by OpenAI's protocol, e.g. https://user-name.hf.space/v1, when no Space is named."),
  OPENAI_API_KEY: secretSchema().optional().describe("Key for OPENAI_BASE_URL; for a private Space the Hugging Face token."),
  EMBEDDING_MODEL: z.string().optional().describe("Name of the model to ask OPENAI_BASE_URL for; a Space serves one and needs no name."),
  LOCAL_FALLBACK: booleanVariable()
    .default(true)
    .describe(
      "Embed with the same model inside this process while the Space cannot, where the optional package @repo/bge-embed is installed.",
    ),
  MODEL: z
    .enum(["pocket", "full"])
    .default("pocket")
    .describe("Model that runs inside this process without a Space, or in its place; must be the Space's."),
  LLM_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("Language model that extracts facts from messages, by OpenAI's protocol; without it messages are stored as they are."),
  LLM_API_KEY: secretSchema().optional().describe("Key for LLM_BASE_URL."),
  LLM_MODEL: z.string().optional().describe("Name of the model to ask LLM_BASE_URL for; a Space serves one and needs no name."),
  MEM0_CONFIG_PATH: z
    .string()
    .optional()
    .describe(
      "A Mem0 config.yaml that names embedder, language model and vector store. Addresses of Space, LLM, Qdrant and database set here win over it.",
    ),
  QDRANT_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("A Qdrant that keeps the vectors; without it they are in the database (pgvector)."),
  QDRANT_API_KEY: secretSchema().optional().describe("Key for QDRANT_URL."),
  QDRANT_COLLECTION: z.string().optional().describe("Collection in Qdrant; default memories."),
  ...databaseVariables("memory-server", "pgvector"),
  SPACE_TIMEOUT_MS: integerVariable(100, 600_000).default(30_000).describe("Longest time one request to the Space may take, milliseconds."),
  SPACE_WAKE_BUDGET_MS: integerVariable(1_000, 3_600_000)
    .default(180_000)
    .describe("How long a sleeping Space is given to wake up, milliseconds."),
  LLM_TIMEOUT_MS: integerVariable(100, 600_000)
    .default(60_000)
    .describe("How long the extraction of facts may take before messages are stored as they are, milliseconds."),
  REQUEST_TIMEOUT_MS: integerVariable(100, 3_600_000)
    .default(240_000)
    .describe(
      "Longest a request may take, milliseconds: a wake, an extraction and the embedding. Callers may ask for less with x-timeout-ms.",
    ),
  IMPORT_MAX_BYTES: integerVariable(1_000, 2 ** 40)
    .default(2 ** 30)
    .describe("Largest file that may be imported, bytes after unpacking."),
  IMPORT_MAX_LINES: integerVariable(1, 100_000_000).default(1_000_000).describe("Most lines of a file that may be imported."),
  IMPORT_MAX_LINE_BYTES: integerVariable(1_000, 2 ** 26)
    .default(2 ** 20)
    .describe("Longest line of an import, bytes; a longer one is skipped and named."),
  CORS_ORIGINS: listVariable().default([]).describe("Origins of pages elsewhere that may call the API, separated by commas; default none."),
  INIT_CWD: z
    .string()
    .optional()
    .describe("Set by pnpm: the folder a command was called from; file names on its command line are relative to it."),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info").describe("How much is logged."),
});

/** Memory-server's configuration. */
export type Config = Readonly<z.output<typeof configSchema>>;

/** The environment as it is, for the ${NAME} in a Mem0 file. */
export const environment: Environment = process.env;

/** The configuration of this process; ends it with a list of problems when something is wrong. */
export function readConfig(): Config {
  return loadConfigOrExit(configSchema, environment);
}
