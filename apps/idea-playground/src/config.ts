import { databaseVariables } from "@repo/app-kit/database-variables";
import { booleanVariable, integerVariable, portVariable } from "@repo/server-kit/env-schema";
import { type Environment, loadConfigOrExit } from "@repo/server-kit/load-config";
import { secretSchema } from "@repo/server-kit/secret";
import { z } from "zod";

const spaceForms = "https://huggingface.co/spaces/user/name, https://user-name.hf.space, user/name or any base URL";

/** Every variable that idea-playground reads; the README's table is made from this. */
export const configSchema = z.object({
  PORT: portVariable().default(3005).describe("Port to listen on."),
  HOST: z.string().default("127.0.0.1").describe("Address to listen on; 0.0.0.0 in a container, which needs ADMIN_API_KEY."),
  ADMIN_API_KEY: secretSchema()
    .refine((key) => key.reveal().length >= 16, { error: "at least 16 characters" })
    .optional()
    .describe("The administrator's key, at least 16 characters. Without it everybody on this machine is the administrator."),
  AUTH_DISABLED: booleanVariable().default(false).describe("true: no key is asked for, whoever can reach the port is the administrator."),
  PUBLIC_PLAYGROUND: booleanVariable()
    .default(false)
    .describe("true: everybody may use the playground without a key; settings and usage stay the administrator's."),
  SECRET_KEY: secretSchema()
    .refine((key) => key.reveal().length >= 32, { error: "at least 32 characters" })
    .optional()
    .describe(
      "Encrypts the Spaces' tokens in the database, at least 32 characters, random. Without it a key is made once and kept in DATA_DIRECTORY; with DATABASE_URL it must be set before a token can be stored.",
    ),
  LLM_SPACE_URL: z.string().optional().describe(`Address of the base tier's Space where the settings name none: ${spaceForms}.`),
  LLM_SERVICE_URL: z.string().optional().describe("Older name of LLM_SPACE_URL, which wins where both are set."),
  HUGGINGFACE_ORG: z.string().optional().describe("User or organisation that the names in HF_BASE_SPACE and its like belong to."),
  HF_BASE_SPACE: z
    .string()
    .optional()
    .describe("Name of the base tier's Space in HUGGINGFACE_ORG, or its address, e.g. company-base-llm; LLM_SPACE_URL wins."),
  HF_COMPANY_SPACE: z.string().optional().describe("The same for the company tier, e.g. company-specific-llm; settings win."),
  HF_ABSTRACTION_SPACE: z.string().optional().describe("The same for the abstraction tier, e.g. company-abstraction-llm; settings win."),
  HF_USER_SPACE: z.string().optional().describe("The same for the user tier; settings win."),
  HUGGINGFACE_API_KEY: secretSchema().optional().describe("Hugging Face token of Spaces on the Hub for which the settings hold none."),
  HF_SPACE_API_KEY: secretSchema().optional().describe("Key of the Spaces themselves, one of their SPACE_API_KEYS."),
  LOCAL_FALLBACK: booleanVariable()
    .default(true)
    .describe(
      "Answer with the pocket model inside this process where no Space can and the optional package @repo/llm-generate is installed.",
    ),
  MODEL: z.enum(["pocket", "full"]).default("pocket").describe("Model that runs inside this process."),
  SPACE_TIMEOUT_MS: integerVariable(100, 3_600_000)
    .default(120_000)
    .describe("Longest wait for an answer of a Space, or for its next words while it streams, milliseconds."),
  SPACE_WAKE_BUDGET_MS: integerVariable(1_000, 3_600_000)
    .default(180_000)
    .describe("How long a sleeping Space is given to wake up, milliseconds."),
  TIER_TIMEOUT_MS: integerVariable(100, 3_600_000)
    .default(30_000)
    .describe(
      "How long a tier is waited for before the next one is asked, where there is a next one, milliseconds; a stream's first words count.",
    ),
  REQUEST_TIMEOUT_MS: integerVariable(100, 3_600_000)
    .default(300_000)
    .describe("Longest a request may take, milliseconds. Callers may ask for less with x-timeout-ms."),
  ANSWER_CACHE_ENTRIES: integerVariable(0, 100_000)
    .default(500)
    .describe("Answers kept in memory for the same question with temperature 0 or a seed; 0: none."),
  QUERY_LOG_DAYS: integerVariable(1, 3_650).default(90).describe("Days for which queries stay in the log."),
  ...databaseVariables("idea-playground"),
  HUB_URL: z
    .url({ protocol: /^https?$/ })
    .default("https://huggingface.co")
    .describe("The Hub, asked whether a Space sleeps, builds or is paused."),
  TEST_SPACE_URL: z.string().optional().describe("Space that test-connection tests in place of those in the settings."),
  TEST_API_ENDPOINT: z.string().startsWith("/").optional().describe("Path that TEST_SPACE_URL is asked at. Default /api/generate."),
  TEST_AUTH_TOKEN: secretSchema().optional().describe("Hugging Face token for TEST_SPACE_URL."),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info").describe("How much is logged."),
});

/** Idea-playground's configuration. */
export type Config = Readonly<z.output<typeof configSchema>>;

/** The environment as it is. */
export const environment: Environment = process.env;

/** The configuration of this process; ends it with a list of problems when something is wrong. */
export function readConfig(): Config {
  return loadConfigOrExit(configSchema, environment);
}
