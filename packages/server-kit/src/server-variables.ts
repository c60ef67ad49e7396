import { z } from "zod";
import { integerVariable, listVariable, portVariable } from "./env-schema.ts";
import { secretListSchema, secretSchema, type Secret } from "./secret.ts";

/**
 * The variables that every Space has, as a shape to put into its own schema.
 * @param defaults.port port of local development; an image sets PORT to 7860
 * @param defaults.maxBodyBytes for Spaces that read files; default 8 MiB
 * @param defaults.requestTimeoutMs for Spaces whose work takes long; default 120 seconds
 */
export function serverVariables(defaults: { port: number; maxBodyBytes?: number; requestTimeoutMs?: number }) {
  return {
    PORT: portVariable().default(defaults.port).describe("TCP port to listen on; 0 lets the system choose."),
    HOST: z.string().default("127.0.0.1").describe("Address to listen on; 0.0.0.0 in the image."),
    SPACE_API_KEYS: secretListSchema().optional().describe("Keys that callers must send, separated by commas; unset means open."),
    HF_SPACE_API_TOKEN: secretSchema().optional().describe("One more key; the name older deployments use."),
    MAX_BODY_BYTES: integerVariable(1024, 1_073_741_824)
      .default(defaults.maxBodyBytes ?? 8_388_608)
      .describe("Largest request body, bytes."),
    MAX_CONCURRENT_REQUESTS: integerVariable(1, 100_000).default(512).describe("Requests answered at the same time; more get 429."),
    REQUEST_TIMEOUT_MS: integerVariable(100, 3_600_000)
      .default(defaults.requestTimeoutMs ?? 120_000)
      .describe("Longest a request may take, milliseconds; callers may ask for less with x-timeout-ms."),
    CORS_ORIGINS: listVariable().default(["*"]).describe("Origins of pages that may call this Space, separated by commas; * means all."),
    LOG_LEVEL: z
      .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"])
      .default("info")
      .describe("Least important log lines to write."),
  };
}

/** Values of {@link serverVariables}. */
export type ServerVariables = z.output<z.ZodObject<ReturnType<typeof serverVariables>>>;

/** The variables as options of createServer. */
export function toServerOptions(config: ServerVariables): {
  apiKeys: readonly Secret[];
  corsOrigins: readonly string[];
  limits: { maxBodyBytes: number; maxConcurrentRequests: number; maxTimeoutMs: number };
} {
  return {
    apiKeys: [...(config.SPACE_API_KEYS ?? []), ...(config.HF_SPACE_API_TOKEN === undefined ? [] : [config.HF_SPACE_API_TOKEN])],
    corsOrigins: config.CORS_ORIGINS,
    limits: {
      maxBodyBytes: config.MAX_BODY_BYTES,
      maxConcurrentRequests: config.MAX_CONCURRENT_REQUESTS,
      maxTimeoutMs: config.REQUEST_TIMEOUT_MS,
    },
  };
}
