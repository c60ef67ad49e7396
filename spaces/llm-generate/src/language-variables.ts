import { booleanVariable, integerVariable } from "@repo/server-kit/env-schema";
import { hubVariables } from "@repo/server-kit/hub-variables";
import { z } from "zod";
import { fullModel, precisions } from "./model.ts";

/** The variables of the model and of writing with it; an app that loads the service into its process has them too. */
export const languageVariables = {
  MODEL: z
    .enum(["pocket", "full"])
    .default("pocket")
    .describe(`pocket: the small committed model. full: ${fullModel.repository} from the Hub; the image's default.`),
  MODEL_ID: z
    .string()
    .optional()
    .describe(
      `Another repository with an ONNX export that has keys and values as inputs and outputs, in place of ${fullModel.repository}, with MODEL=full.`,
    ),
  MODEL_REVISION: z.string().optional().describe("Commit, tag or branch of MODEL_ID; default main."),
  MODEL_PRECISION: z
    .enum(precisions)
    .default("q4")
    .describe("Which of the repository's exports is served, with MODEL=full: onnx/model_q4.onnx, model_int8.onnx or model.onnx."),
  MODEL_DIRECTORY: z
    .string()
    .optional()
    .describe("Folder of a model (an ONNX export, config.json, tokenizer.json, tokenizer_config.json) to serve in place of the others."),
  ...hubVariables(),
  DATA_DIRECTORY: z.string().optional().describe("Folder for fetched and rewritten models; default ~/.cache/outpost."),
  THREADS: integerVariable(1, 64).optional().describe("Threads of one step of the model; default one per core of the container's quota."),
  MAX_CONCURRENT_ANSWERS: integerVariable(1, 64).default(8).describe("Answers written at the same time."),
  MAX_QUEUED_REQUESTS: integerVariable(1, 10_000).default(64).describe("Requests that may wait; more get 429."),
  MAX_CONTEXT_TOKENS: integerVariable(64, 131_072)
    .default(8192)
    .describe("Longest prompt and answer together, tokens; never more than the model was made for."),
  MAX_PROMPT_TOKENS: integerVariable(1, 131_072).optional().describe("Longest prompt, tokens; default one less than the context."),
  MAX_NEW_TOKENS: integerVariable(1, 131_072).optional().describe("Longest answer, tokens; default the context."),
  DEFAULT_NEW_TOKENS: integerVariable(1, 131_072).default(256).describe("Longest answer where a request names none, tokens."),
  KV_MB: integerVariable(16, 65_536)
    .default(512)
    .describe("Memory for what the model remembers of texts under way and of beginnings that are kept, MiB."),
  PREFIX_REUSE: booleanVariable().default(true).describe("Whether a prompt starts from what was read before."),
};

/** Values of the variables. */
export type LanguageVariables = z.output<z.ZodObject<typeof languageVariables>>;
