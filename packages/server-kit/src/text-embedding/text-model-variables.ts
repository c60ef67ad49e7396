import { z } from "zod";
import { integerVariable } from "../env-schema.ts";
import { hubVariables } from "../hub-variables.ts";

const bytesPerMegabyte = 1024 * 1024;

/**
 * The variables that say which text-embedding model runs and how, as a shape to put into a Space's schema.
 * @param fullModel name of the model of MODEL=full, e.g. "BAAI/bge-base-en-v1.5"; for the descriptions
 */
export function textModelVariables(fullModel: string) {
  return {
    MODEL: z
      .enum(["pocket", "full"])
      .default("pocket")
      .describe(`pocket: the small committed model. full: ${fullModel} from the Hub; the image's default.`),
    MODEL_ID: z
      .string()
      .optional()
      .describe(`Another BERT-like sentence-transformers repository in place of ${fullModel}, with MODEL=full.`),
    MODEL_REVISION: z.string().optional().describe("Commit, tag or branch of MODEL_ID; default main."),
    MODEL_PRECISION: z
      .enum(["fp32", "int8-row", "int8-static"])
      .default("int8-static")
      .describe("Arithmetic of MODEL=full; the pocket model has its own."),
    MODEL_DIRECTORY: z
      .string()
      .optional()
      .describe("Folder of a prepared model (model.onnx, tokenizer.json, model.json) to serve in place of the others."),
    ...hubVariables(),
    DATA_DIRECTORY: z.string().optional().describe("Folder for prepared and optimised models; default ~/.cache/outpost."),
    WORKERS: integerVariable(1, 64).optional().describe("Inference threads; default one per core of the container's quota."),
    CACHE_MB: integerVariable(0, 65_536).default(16).describe("Memory for vectors of texts seen before, MiB; 0 keeps none."),
    MAX_QUEUED_TOKENS: integerVariable(512, 100_000_000).default(262_144).describe("Tokens that may wait for a worker; more get 429."),
  };
}

/** Values of {@link textModelVariables}. */
export type TextModelVariables = z.output<z.ZodObject<ReturnType<typeof textModelVariables>>>;

/** The variables in the words of an engine: plain values that may travel to a thread, the token revealed among them. */
export interface TextModelOptions {
  profile: "pocket" | "full";
  repository: string | undefined;
  revision: string | undefined;
  precision: "fp32" | "int8-row" | "int8-static";
  preparedDirectory: string | undefined;
  hub: { endpoint: string; token: string | undefined };
  hubHome: string | undefined;
  dataDirectory: string | undefined;
  workers: number | undefined;
  cacheBytes: number;
  maxQueuedTokens: number;
}

/**
 * The variables as options of an engine's service.
 * @param variables those that differ from their defaults are enough, e.g. {MODEL: "full"}
 */
export function toTextModelOptions(variables: Partial<TextModelVariables>): TextModelOptions {
  const defaults = z.object(textModelVariables("")).parse({});
  const values: TextModelVariables = { ...defaults, ...variables };
  return {
    profile: values.MODEL,
    repository: values.MODEL_ID,
    revision: values.MODEL_REVISION,
    precision: values.MODEL_PRECISION,
    preparedDirectory: values.MODEL_DIRECTORY,
    hub: { endpoint: values.HF_ENDPOINT, token: values.HF_TOKEN?.reveal() },
    hubHome: values.HF_HOME,
    dataDirectory: values.DATA_DIRECTORY,
    workers: values.WORKERS,
    cacheBytes: values.CACHE_MB * bytesPerMegabyte,
    maxQueuedTokens: values.MAX_QUEUED_TOKENS,
  };
}
