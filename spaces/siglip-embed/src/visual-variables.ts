import { integerVariable } from "@repo/server-kit/env-schema";
import { hubVariables } from "@repo/server-kit/hub-variables";
import { z } from "zod";
import { fullModel } from "./model.ts";

const mebibyte = 1024 * 1024;

/** The variables of the model and of reading images; an app that loads the service into its process has them too. */
export const visualVariables = {
  MODEL: z
    .enum(["pocket", "full"])
    .default("pocket")
    .describe(`pocket: the small committed model. full: ${fullModel.id} from the Hub; the image's default.`),
  MODEL_ID: z
    .string()
    .optional()
    .describe(`Another SigLIP repository with images of a fixed size in place of ${fullModel.id}, with MODEL=full.`),
  MODEL_REVISION: z.string().optional().describe("Commit, tag or branch of MODEL_ID; default main."),
  MODEL_PRECISION: z
    .enum(["fp32", "int8-row", "int8-static"])
    .default("int8-row")
    .describe(
      "Arithmetic of MODEL=full: int8-row scales every patch and token by itself, int8-static by ranges measured beforehand; the pocket model has its own.",
    ),
  MODEL_DIRECTORY: z
    .string()
    .optional()
    .describe("Folder of a prepared model (vision.onnx, text.onnx, tokenizer.json, model.json) to serve in place of the others."),
  ...hubVariables(),
  DATA_DIRECTORY: z.string().optional().describe("Folder for prepared and optimised models; default ~/.cache/outpost."),
  WORKERS: integerVariable(1, 64)
    .optional()
    .describe("Inference threads per tower; default one per core of the container's quota, and one for a model with large images."),
  THREADS: integerVariable(1, 64)
    .optional()
    .describe("Threads of one inference; default one, and all cores of the container's quota for a model with large images."),
  DECODERS: integerVariable(1, 16).default(1).describe("Processes that decode images."),
  CACHE_MB: integerVariable(0, 65_536).default(32).describe("Memory for vectors of images and texts seen before, MiB; 0 keeps none."),
  MAX_FILE_BYTES: integerVariable(1024, 1024 * mebibyte)
    .default(20 * mebibyte)
    .describe("Largest single image, bytes."),
  MAX_INPUT_PIXELS: integerVariable(10_000, 1_000_000_000).default(50_000_000).describe("Most pixels of an image."),
  MAX_IMAGE_MS: integerVariable(100, 600_000).default(20_000).describe("Longest that decoding one image may take, milliseconds."),
  MAX_DECODER_BYTES: integerVariable(64 * mebibyte, 64 * 1024 * mebibyte)
    .default(1024 * mebibyte)
    .describe("Memory at which a decoding process is ended, bytes."),
  MAX_QUEUED_IMAGES: integerVariable(32, 100_000).default(256).describe("Images that may wait; more get 429."),
  MAX_QUEUED_TEXTS: integerVariable(64, 1_000_000).default(8192).describe("Texts that may wait; more get 429."),
};

/** Values of the variables. */
export type VisualVariables = z.output<z.ZodObject<typeof visualVariables>>;
