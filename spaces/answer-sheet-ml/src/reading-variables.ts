import { maxListEntries, normalizeEntry } from "@repo/contracts/answer-sheet-options";
import { parseFieldPattern } from "@repo/contracts/field-pattern";
import { integerVariable } from "@repo/server-kit/env-schema";
import { z } from "zod";
import { defaultPatterns } from "./model.ts";

const mebibyte = 1024 * 1024;

function patternVariable(fallback: string) {
  return z
    .string()
    .refine((value) => {
      try {
        return parseFieldPattern(value) !== undefined;
      } catch {
        return false;
      }
    }, "a pattern like [0-9]{12} or \\d{2}[A-Z]{2}\\d{3}")
    .default(fallback);
}

function entriesVariable() {
  return z
    .string()
    .transform((text) => [...new Set(text.split(/[,;\s]+/).map(normalizeEntry))].filter((entry) => entry !== ""))
    .refine((entries) => entries.length <= maxListEntries, `at most ${maxListEntries} entries`)
    .optional();
}

/** The variables of reading; an app that loads the service into its process has them too. */
export const readingVariables = {
  MODEL_DIRECTORY: z
    .string()
    .optional()
    .describe(
      "Folder with region-detector.onnx, register-reader.onnx, subject-reader.onnx and, if there is one, model.json; default the pocket models.",
    ),
  DATA_DIRECTORY: z.string().optional().describe("Folder for optimised models; unset means that they are optimised at every start."),
  WORKERS: integerVariable(1, 64).optional().describe("Inference threads; default one per core of the container's quota."),
  DECODERS: integerVariable(1, 16).default(1).describe("Processes that decode files."),
  MAX_FILE_BYTES: integerVariable(1024, 1024 * mebibyte)
    .default(50 * mebibyte)
    .describe("Largest single file, bytes."),
  MAX_PAGES: integerVariable(1, 10_000).default(100).describe("Most pages of one file that are read."),
  MAX_INPUT_PIXELS: integerVariable(10_000, 1_000_000_000).default(120_000_000).describe("Most pixels of a picture in a file."),
  MAX_PAGE_MS: integerVariable(100, 600_000).default(20_000).describe("Longest that decoding one page may take, milliseconds."),
  MAX_DECODER_BYTES: integerVariable(64 * mebibyte, 64 * 1024 * mebibyte)
    .default(1024 * mebibyte)
    .describe("Memory at which a decoding process is ended, bytes."),
  MAX_QUEUED_PAGES: integerVariable(1, 10_000).default(64).describe("Pages that may wait to be read; more get 429."),
  REGISTER_PATTERN: patternVariable(defaultPatterns.register_number).describe("Form of register numbers where a request does not say."),
  SUBJECT_PATTERN: patternVariable(defaultPatterns.subject_code).describe("Form of subject codes where a request does not say."),
  COURSE_LIST: entriesVariable().describe("Subject codes that may occur, separated by commas; a request's own list counts instead."),
  CLASS_ROSTER: entriesVariable().describe("Register numbers that may occur, separated by commas; a request's own roster counts instead."),
};

/** Values of the reading variables. */
export type ReadingVariables = z.output<z.ZodObject<typeof readingVariables>>;
