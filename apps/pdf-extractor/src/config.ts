import { databaseVariables } from "@repo/app-kit/database-variables";
import { booleanVariable, integerVariable, portVariable } from "@repo/server-kit/env-schema";
import { loadConfigOrExit } from "@repo/server-kit/load-config";
import { secretSchema } from "@repo/server-kit/secret";
import { z } from "zod";

/** Length of every vector; a model with another length cannot serve this app. */
export const vectorDimensions = 1152;

/** Every variable that pdf-extractor reads; the README's table is made from this. */
export const configSchema = z.object({
  PORT: portVariable().default(3004).describe("Port to listen on."),
  HOST: z.string().default("127.0.0.1").describe("Address to listen on; 0.0.0.0 in a container."),
  ...databaseVariables("pdf-extractor", "pgvector"),
  ACCESS_KEY: secretSchema()
    .refine((key) => key.reveal().length >= 16, { error: "at least 16 characters" })
    .optional()
    .describe("Asked for by everything but health checks, as X-API-Key, bearer token or password of a browser's sign-in. Default open."),
  VISUAL_EMBEDDING_ENABLED: booleanVariable().default(true).describe("false: images are extracted and wait; nothing is embedded."),
  VISUAL_EMBEDDING_MODE: z
    .enum(["local", "remote"])
    .optional()
    .describe("Where vectors are computed: remote by the Space, local in this process. Default remote where the Space's address is set."),
  VISUAL_EMBEDDING_PRIMARY_MODEL: z
    .string()
    .optional()
    .describe("Model that must answer, e.g. google/siglip2-so400m-patch14-384; vectors of another one are refused. Default any one."),
  VISUAL_EMBEDDING_FALLBACK_MODEL: z
    .string()
    .optional()
    .describe("Model that may stand in for the Space. Only the same one may: another name switches the stand-in off, with a warning."),
  VISUAL_EMBEDDING_DIMENSIONS: integerVariable(vectorDimensions, vectorDimensions)
    .default(vectorDimensions)
    .describe("Length of the vectors; 1152 is the only one."),
  SIGLIP_SPACE_URL: z
    .string()
    .optional()
    .describe(
      "Address of the siglip-embed Space: https://huggingface.co/spaces/user/name, https://user-name.hf.space, user/name or any base URL.",
    ),
  HUGGINGFACE_API_URL: z
    .string()
    .optional()
    .describe(
      "The original's address: a siglip-embed Space, or a server that answers POST /models/{org}/{name} with the vector of the image in the body. SIGLIP_SPACE_URL wins where both are set.",
    ),
  HUGGINGFACE_API_KEY: secretSchema().optional().describe("Hugging Face token that opens a private Space; sent as a bearer token."),
  HF_SPACE_API_KEY: secretSchema().optional().describe("Key of the Space itself, one of its SPACE_API_KEYS."),
  HUGGINGFACE_SIGLIP_MODEL: z.string().optional().describe("Model that the Space must serve. Default VISUAL_EMBEDDING_PRIMARY_MODEL."),
  HUGGINGFACE_BATCH_SIZE: integerVariable(1, 32).default(10).describe("Images per request to the Space, which all travel in one."),
  HUGGINGFACE_TIMEOUT: integerVariable(1, 3_600).default(60).describe("Longest time one request to the Space may take, seconds."),
  HUGGINGFACE_MAX_RETRIES: integerVariable(0, 20)
    .default(3)
    .describe("Further attempts after a first one that failed; after that the job waits and says why."),
  SPACE_WAKE_BUDGET_MS: integerVariable(1_000, 3_600_000)
    .default(180_000)
    .describe("How long a sleeping Space is given to wake up, milliseconds."),
  LOCAL_FALLBACK: booleanVariable()
    .default(true)
    .describe(
      "Embed with the same model in this process while the Space cannot, where the optional package @repo/siglip-embed is installed.",
    ),
  MODEL: z.enum(["pocket", "full"]).default("pocket").describe("Model that runs inside this process, in local mode or as stand-in."),
  COST_PER_IMAGE_USD: z.coerce.number().min(0).max(1_000).default(0).describe("What one image costs at the Space, US dollars."),
  COST_PER_TEXT_USD: z.coerce.number().min(0).max(1_000).default(0).describe("What one text costs at the Space, US dollars."),
  BUDGET_PER_DAY_USD: z.coerce
    .number()
    .min(0)
    .optional()
    .describe("Jobs stop before calls of the last 24 hours cost more than this, US dollars; they can be resumed. Default no limit."),
  JOBS_AT_ONCE: integerVariable(0, 16)
    .default(1)
    .describe("Documents that this process works on at the same time; 0: none, another process on the same database does."),
  MAX_FILE_SIZE_MB: integerVariable(1, 2_000).default(200).describe("Largest PDF, MiB."),
  MAX_ARRIVING_MB: integerVariable(1, 8_000)
    .default(400)
    .describe("Bytes of all files that arrive at the same time, MiB; more are told to wait."),
  MAX_PAGES: integerVariable(1, 100_000).default(2_000).describe("Most pages of a PDF; a longer one is refused."),
  MIN_IMAGE_SIDE_PX: integerVariable(1, 10_000)
    .default(48)
    .describe("Images with a shorter side are left out: rules, icons, dots. Pixels."),
  INIT_CWD: z
    .string()
    .optional()
    .describe("Set by pnpm: the folder a command was called from; file names on its command line are relative to it."),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info").describe("How much is logged."),
});

/** Pdf-extractor's configuration. */
export type Config = Readonly<z.output<typeof configSchema>>;

const mebibyte = 1024 * 1024;

/** Largest PDF, bytes. */
export function toMaxFileBytes({ MAX_FILE_SIZE_MB }: Pick<Config, "MAX_FILE_SIZE_MB">): number {
  return MAX_FILE_SIZE_MB * mebibyte;
}

/** The configuration of this process; ends it with a list of problems when something is wrong. */
export function readConfig(): Config {
  return loadConfigOrExit(configSchema, process.env);
}
