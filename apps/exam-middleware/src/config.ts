import { databaseVariables } from "@repo/app-kit/database-variables";
import { parseFieldPattern } from "@repo/contracts/field-pattern";
import { booleanVariable, integerVariable, listVariable, portVariable } from "@repo/server-kit/env-schema";
import { loadConfigOrExit } from "@repo/server-kit/load-config";
import { secretSchema } from "@repo/server-kit/secret";
import { z } from "zod";

const megabyte = 1024 * 1024;
const defaultExtensions = [".pdf", ".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"];

/** A list, separated by commas or, as the original system wrote it, a JSON array. */
function wordsVariable() {
  return listVariable().transform((words) => words.map((word) => word.replaceAll(/[[\]"']/g, "").trim()).filter((word) => word !== ""));
}

/** What a value looks like, in the part of regular expressions that the Space understands too. */
function patternVariable() {
  return z.string().refine(
    (source) => {
      try {
        parseFieldPattern(source);
        return true;
      } catch {
        return false;
      }
    },
    { error: "characters, [A-Z0-9], \\d, {n}, {n,m}, ? and |" },
  );
}

/** Every variable that exam-middleware reads; the README's table is made from this. */
export const configSchema = z.object({
  PORT: portVariable().default(3003).describe("Port to listen on."),
  HOST: z.string().default("127.0.0.1").describe("Address to listen on; 0.0.0.0 in a container."),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("Address under which people reach the app, for links; default http://HOST:PORT."),
  ...databaseVariables("exam-middleware"),
  SECRET_KEY: secretSchema()
    .refine((key) => key.reveal().length >= 32, { error: "at least 32 characters" })
    .optional()
    .describe(
      "Encrypts the students' Moodle tokens, at least 32 characters, random. Without it a key is made at every start, and students sign in again.",
    ),
  HF_SPACE_URL: z
    .string()
    .optional()
    .describe(
      "Address of the answer-sheet-ml Space: https://huggingface.co/spaces/user/name, https://user-name.hf.space, user/name or any base URL.",
    ),
  ML_SERVICE_URL: z.string().optional().describe("Older name of HF_SPACE_URL, which wins where both are set."),
  ML_SERVICE_ENABLED: booleanVariable().default(true).describe("false: sheets are stored and wait; nothing is read."),
  HF_API_TOKEN: secretSchema().optional().describe("Hugging Face token that opens a private Space."),
  HF_SPACE_API_KEY: secretSchema().optional().describe("Key of the Space itself, one of its SPACE_API_KEYS."),
  LOCAL_FALLBACK: booleanVariable()
    .default(true)
    .describe("Read inside this process while the Space cannot, where the optional package @repo/answer-sheet-ml is installed."),
  MODEL_DIRECTORY: z
    .string()
    .optional()
    .describe("Folder of the models that read inside this process, as the Space has it; default the pocket models."),
  SPACE_TIMEOUT_MS: integerVariable(100, 3_600_000)
    .default(120_000)
    .describe("Longest time one request to the Space may take, milliseconds."),
  SPACE_WAKE_BUDGET_MS: integerVariable(1_000, 3_600_000)
    .default(180_000)
    .describe("How long a sleeping Space is given to wake up, milliseconds."),
  REQUEST_TIMEOUT_MS: integerVariable(100, 3_600_000)
    .default(300_000)
    .describe("Longest a request may take, milliseconds: an upload, a wake and a reading. Callers may ask for less with x-timeout-ms."),
  EXTRACTIONS_AT_ONCE: integerVariable(1, 64).default(4).describe("Sheets that this process has read at the same time."),
  MAX_FILE_SIZE_MB: integerVariable(1, 1_000).default(50).describe("Largest file, MiB."),
  MAX_ARRIVING_MB: integerVariable(1, 4_000)
    .default(150)
    .describe("Bytes of all files that arrive at the same time, MiB; more are told to wait."),
  ALLOWED_EXTENSIONS: wordsVariable()
    .transform((words) => words.map((word) => (word.startsWith(".") ? word : `.${word}`).toLowerCase()))
    .default(defaultExtensions)
    .describe("Kinds of files that are taken, by extension, separated by commas; the content must be of the same kind."),
  UPLOAD_DIR: z
    .string()
    .optional()
    .describe("Not used: files are in the database, which a restart does not empty. Kept so that old settings start."),
  EXAM_TYPES: wordsVariable().default(["CIA1", "CIA2"]).describe("Exam types, separated by commas; the first is the default."),
  REGISTER_PATTERN: patternVariable().default("[0-9]{12}").describe("What a register number looks like, e.g. [0-9]{12}|[0-9]{10}."),
  SUBJECT_PATTERN: patternVariable().default("[A-Z0-9]{2,10}").describe("What a subject code looks like, e.g. \\d{2}[A-Z]{2}\\d{3}."),
  AUTO_ACCEPT_CONFIDENCE: z.coerce
    .number()
    .min(0)
    .max(1.01)
    .default(0.97)
    .describe("Readings of listed students and subjects are accepted from this confidence on, 0..1; 1.01: a person looks at every sheet."),
  AUTO_ACCEPT_UNLISTED: booleanVariable()
    .default(false)
    .describe("true: readings are accepted by their confidence although no class roster or course list confirms them."),
  MAX_LIST_ENTRIES: integerVariable(1, 20_000)
    .default(20_000)
    .describe("Most entries of one course list or class roster; more than 20,000 are not held against a sheet."),
  ACCESS_TOKEN_EXPIRE_MINUTES: integerVariable(1, 525_600).default(60).describe("How long a sign-in lasts, minutes."),
  MOODLE_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .transform((value) => value.replace(/\/+$/, ""))
    .optional()
    .describe("Address of Moodle; without it students cannot sign in and nothing is submitted."),
  MOODLE_ADMIN_TOKEN: secretSchema().optional().describe("Token that reads courses and assignments in Moodle; never used to submit."),
  MOODLE_SERVICE: z.string().default("moodle_mobile_app").describe("Short name of Moodle's web service that students sign in to."),
  MOODLE_TIMEOUT_MS: integerVariable(100, 600_000).default(30_000).describe("Longest time one request to Moodle may take, milliseconds."),
  CORS_ORIGINS: wordsVariable()
    .default([])
    .describe("Origins of pages elsewhere that may call the API, separated by commas or a JSON array; default none."),
  INIT_CWD: z
    .string()
    .optional()
    .describe("Set by pnpm: the folder a command was called from; file names on its command line are relative to it."),
  DEBUG: booleanVariable().default(false).describe("true: LOG_LEVEL is debug."),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info").describe("How much is logged."),
});

/** Exam-middleware's configuration. */
export type Config = Readonly<z.output<typeof configSchema>>;

/** Largest file, bytes. */
export function toMaxFileBytes({ MAX_FILE_SIZE_MB }: Pick<Config, "MAX_FILE_SIZE_MB">): number {
  return MAX_FILE_SIZE_MB * megabyte;
}

/** The configuration of this process; ends it with a list of problems when something is wrong. */
export function readConfig(): Config {
  return loadConfigOrExit(configSchema, process.env);
}
