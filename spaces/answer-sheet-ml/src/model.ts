/** Facts about what this Space serves: files, how they are read, and what a folder's model.json may say differently. */
import type { SheetField } from "@repo/contracts/answer-sheets";
import type { CropView } from "@repo/engine-onnx/vision/vary-crop";
import { z } from "zod";

/** The pocket models and their card, as a folder of the repository: trained by models/answer-sheets/training. */
export const pocketFolder = new URL("../../../models/answer-sheets/", import.meta.url);

/** Files of a model folder; model.json is optional beside converted models of other origin. */
export const fileNames = {
  facts: "model.json",
  detector: "region-detector.onnx",
  register_number: "register-reader.onnx",
  subject_code: "subject-reader.onnx",
} as const;

/**
 * Classes of a detector in the order of its outputs, where model.json does not say.
 * @source the original's YOLO class names
 */
export const defaultClasses = ["RegisterNumber", "SubjectCode"] as const;

/** Which field a class is. */
export const fieldOfClass: Readonly<Record<string, SheetField>> = { RegisterNumber: "register_number", SubjectCode: "subject_code" };

/** Alphabets of readers by their number of classes without blank. @source the original's CRNN: 0 blank, digits, then letters */
export const alphabets: Readonly<Record<number, string>> = { 10: "0123456789", 36: "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" };

/** Forms of the fields unless configured. @source the original's file-name rule: 12 digits, 2 to 10 letters and digits */
export const defaultPatterns: Readonly<Record<SheetField, string>> = { register_number: "[0-9]{12}", subject_code: "[A-Z0-9]{2,10}" };

/**
 * Forms that nearly all subject codes have. Where nothing says which form a sheet's codes have, a reading of another form must
 * be {@link unusualOdds} times as likely to be believed, so that a date or a name beside the code is not taken for one.
 * @source specs of Saveetha (19AI405), Anna University R2017 (CS8501) and KTU (AMT305) codes
 */
export const usualSubjectForms = "[0-9]{2}[A-Z]{2,3}[0-9]{3}|[A-Z]{2,3}[0-9]{3,4}";

/** See {@link usualSubjectForms}. */
export const unusualOdds = 4;

const calibration = z.union([
  z.object({ kind: z.literal("platt"), slope: z.number(), intercept: z.number() }),
  z.object({ kind: z.literal("points"), points: z.array(z.tuple([z.number(), z.number()])).min(1) }),
]);

const readerFacts = z.object({
  name: z.string().optional().describe("Name of the model, for answers."),
  alphabet: z.string().min(1).optional().describe("Characters of classes 1, 2, ...; class 0 is blank."),
  temperature: z.number().positive().default(1).describe("Logits are divided by this."),
  calibration: calibration.optional().describe("From the probability of a reading to the share of such readings that are right."),
  stretched: z.boolean().optional().describe("Crops are pulled to the full width, as the original's readers were trained."),
  margin_ratio: z.number().min(0).max(2).optional().describe("Part of a box's height that is added above and below."),
  end_margin_ratio: z.number().min(0).max(2).optional().describe("Part of a box's height that is added at its ends; default margin_ratio."),
});

/** What model.json says. Everything has a default or is read from the ONNX files. */
export const modelFacts = z.object({
  name: z.string().default("custom"),
  detector: z
    .object({
      name: z.string().optional(),
      classes: z.array(z.string()).min(1).optional().describe("Names of the classes, in the order of the output."),
      min_score: z.number().min(0).max(1).default(0.2).describe("Regions below are not looked at."),
      max_overlap: z.number().min(0).max(1).default(0.45).describe("Of two regions that overlap more, the better is kept."),
    })
    .prefault({}),
  register_reader: readerFacts.prefault({}),
  subject_reader: readerFacts.prefault({}),
});

/** See {@link modelFacts}. */
export type ModelFacts = z.output<typeof modelFacts>;
/** What model.json says of one reader. */
export type ReaderFacts = ModelFacts["register_reader"];

/** Pages are read at this resolution, pixels per inch: fields are then 30 to 60 pixels tall, about what the readers' 32 need. */
export const pageDpi = 200;

/**
 * A crop whose best reading is this probable at first sight is not looked at again, which would take four times as long.
 */
export const sureEnough = 0.99;

/**
 * How a crop is looked at again: narrower, leaning to either side, taller. Within what the readers' training varies
 * (models/answer-sheets/training/crop_pool.py).
 */
export const cropViews: readonly CropView[] = [
  { narrow: 1.08, lower: 1, lean: 0 },
  { narrow: 1, lower: 1, lean: 0.08 },
  { narrow: 1, lower: 1, lean: -0.08 },
  { narrow: 1.04, lower: 0.94, lean: 0 },
];

/**
 * Readings that are listed count this much more than free ones (natural logarithm of the odds): an entry up to this much
 * less likely than what was freely read is still believed. One misread character costs 2 to 6; a number from another list
 * costs tens, so it stays a free reading that a person looks at.
 */
export const listTrust = 8;

/** A match below this confidence is not taken: a wrong accept is worse than a review. */
export const minMatchConfidence = 0.5;

/** A value that has not the form it must have is right only if the form is wrong. */
export const maxConfidenceOutOfForm = 0.1;
