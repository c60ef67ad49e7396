/** Reading the register number and the subject code off the front page of a scanned answer sheet. */
import { z } from "zod";
import type { CallContext } from "./call-context.ts";
import { sheetOptionFields, type SheetOptions } from "./answer-sheet-options.ts";
import { statusResponse } from "./health.ts";
import { defineRoute } from "./route.ts";
import { fileField, filesField, type UploadedFile } from "./uploaded-file.ts";

/** The two fields of a sheet that are read. */
export const sheetFields = ["register_number", "subject_code"] as const;

/** One of {@link sheetFields}. */
export type SheetField = (typeof sheetFields)[number];

const share = z.number().min(0).max(1);

/** One reading of one region of a page. Several readings may share a region. */
export const sheetCandidate = z.object({
  value: z.string().describe("The reading; with matched true the entry of the list that fits the writing best."),
  confidence: share.describe("Probability that the value is right, 0 to 1, calibrated: of values with 0.9, nine in ten are right."),
  detection_confidence: share.describe("How sure it is that this region is the field, 0 to 1."),
  box: z
    .tuple([share, share, share, share])
    .describe("The region as x, y, width and height, as parts of the upright page's width and height."),
  page: z.number().int().positive().describe("Page of the file, from 1."),
  raw: z.string().describe("What was read without any list or pattern."),
  matched: z.boolean().describe("Whether the value is an entry of course_list or class_roster."),
  margin: z
    .number()
    .optional()
    .describe(
      "With a list: by how much the best entry beats the next one, as a difference of log likelihoods (natural); small means ambiguous.",
    ),
  crop: z.string().optional().describe("With crops: the region as a picture, a data URL (data:image/webp;base64,... or image/png)."),
});

/** See {@link sheetCandidate}. */
export type Candidate = z.infer<typeof sheetCandidate>;

/** Which models read the sheet. */
export const sheetModels = z.object({
  detector: z.string().describe("Name of the model that finds the fields."),
  register_reader: z.string().describe("Name of the model that reads register numbers."),
  subject_reader: z.string().describe("Name of the model that reads subject codes."),
  revision: z.string().describe("Hash of all model files together."),
});

/** See {@link sheetModels}. */
export type SheetModels = z.infer<typeof sheetModels>;

const milliseconds = z.number().nonnegative();

/** Answer of `POST /extract`: the best reading of each field, and every other one. */
export const extractResponse = z.object({
  success: z.boolean().describe("true in every answer with status 200, also when nothing was found on the page: see warnings."),
  register_number: z.string().describe("The register number; empty when none could be read."),
  register_confidence: share.describe("Confidence of register_number, 0 to 1; 0 when it is empty."),
  subject_code: z.string().describe("The subject code; empty when none could be read."),
  subject_confidence: share.describe("Confidence of subject_code, 0 to 1; 0 when it is empty."),
  register_candidates: z.array(sheetCandidate).describe("Readings of the register number, best first."),
  subject_candidates: z.array(sheetCandidate).describe("Readings of the subject code, best first."),
  regions_found: z
    .object({ register: z.number().int().nonnegative(), subject: z.number().int().nonnegative() })
    .describe("Regions that were taken for each field."),
  page: z.number().int().positive().describe("Page the best readings are from, from 1; the first one that was read when there are none."),
  pages: z.number().int().positive().describe("Pages the file has."),
  rotation: z
    .union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)])
    .describe("Degrees clockwise by which `page` was turned to stand upright."),
  skew_degrees: z.number().describe("Slant of the page that was straightened after that, degrees, positive is clockwise."),
  warnings: z.array(z.string()).describe("What a person should look at, e.g. a number of the wrong length; empty when nothing."),
  suggested_filename: z
    .string()
    .nullable()
    .describe("register_subject.pdf (or the file's own kind); null unless both were read in the right form."),
  model: sheetModels,
  timings_ms: z
    .object({ read: milliseconds, detect: milliseconds, recognise: milliseconds, total: milliseconds })
    .describe("Where the time went, milliseconds, waiting in queues included."),
  error: z.string().optional().describe("What went wrong, where success is false."),
});

/** See {@link extractResponse}. */
export type ExtractResponse = z.infer<typeof extractResponse>;

/** What went wrong with one file or page of a batch. */
export const sheetFailure = z.object({
  code: z.string().describe("One of the documented codes."),
  message: z.string().describe("For people."),
  details: z.record(z.string(), z.unknown()).optional().describe("Machine-readable facts, e.g. reason: encrypted."),
});

/** One page of a batch: a result, or why there is none. */
export const batchItem = z.object({
  index: z.number().int().nonnegative().describe("Position of the file in the request, from 0."),
  file: z.string().nullable().describe("Name of the file as it was sent."),
  page: z.number().int().positive().nullable().describe("Page of the file, from 1; null when the file as a whole failed."),
  result: extractResponse.optional(),
  error: sheetFailure.optional(),
});

/** See {@link batchItem}. */
export type BatchItem = z.infer<typeof batchItem>;

/** Most files in one batch. */
export const maxFilesPerBatch = 100;

const sheetFile = "One page or many: PDF, JPEG, PNG, TIFF, BMP or WebP. Its bytes decide what it is, not its name.";

/** `POST /extract`: multipart field `file`, or the file itself as the body with the options in the query. */
export const extractRoute = defineRoute({
  method: "POST",
  path: "/extract",
  family: "extraction",
  summary: "Register number and subject code of a scanned answer sheet",
  description: "Status 400 for a file of a kind that is not read, 413 for one that is too large, 422 for one that is broken or encrypted.",
  bodies: ["multipart", "binary", "query"],
  request: z.object({ file: fileField(sheetFile), ...sheetOptionFields("1") }),
  response: extractResponse,
});

/** `POST /extract/base64`: the file as text, in the query (as older clients send it), in JSON or in a form. */
export const extractBase64Route = defineRoute({
  method: "POST",
  path: "/extract/base64",
  family: "extraction",
  summary: "The same for a file that comes as base64",
  bodies: ["json", "form", "multipart", "query"],
  request: z.object({
    image_data: z.string().min(1).describe(`The file as base64, with or without a data: prefix; base64url is read too. ${sheetFile}`),
    filename: z.string().max(255).optional().describe("Name of the file, for suggested_filename's ending and the messages."),
    ...sheetOptionFields("1"),
  }),
  response: extractResponse,
});

/** `POST /extract/batch`: many files, or all pages of one; a result is sent as soon as its page is read. */
export const extractBatchRoute = defineRoute({
  method: "POST",
  path: "/extract/batch",
  family: "extraction",
  summary: "Many sheets in one request, results streamed",
  description: "A broken file becomes an item with `error` and does not stop the others. Items come in the order in which they are ready.",
  bodies: ["multipart", "query"],
  request: z.object({
    files: filesField(`Up to ${maxFilesPerBatch} files. ${sheetFile}`),
    ...sheetOptionFields("all"),
  }),
  response: batchItem,
  streams: true,
});

/** Answer of `GET /status`: what every Space tells, and what clients of the original look at. */
export const sheetStatusResponse = statusResponse.extend({
  primary_yolo: z.boolean().describe("Whether the file of the model that finds the fields is there."),
  register_crnn: z.boolean().describe("Whether the file of the register numbers' reader is there."),
  subject_crnn: z.boolean().describe("Whether the file of the subject codes' reader is there."),
  error: z.string().optional().describe("Why the models are not ready."),
});

/** `GET /status` of this Space. */
export const sheetStatusRoute = defineRoute({
  method: "GET",
  path: "/status",
  family: "outpost",
  summary: "Models, files, workers, queue, memory and versions",
  response: sheetStatusResponse,
  public: true,
});

/** `GET /` for programs; browsers get a page to try it. */
export const sheetIndexRoute = defineRoute({
  method: "GET",
  path: "/",
  family: "outpost",
  summary: "Name, version and routes, or a page to try it for browsers",
  response: z.object({ service: z.string(), version: z.string(), endpoints: z.array(z.string()).describe("Paths of this Space.") }),
  public: true,
});

/** A page of a batch, in-process or from a stream: exactly one of result and error is there. */
export type SheetReading = BatchItem;

/**
 * The capability "read the fields of a scanned answer sheet". A Space implements it with models, client-kit with a URL.
 *
 * Both throw CodedError: unsupported_media_type (not a file of a kind that is read), payload_too_large (bytes, pixels or
 * pages over the limit), invalid_request (broken file or options; details.reason says truncated, encrypted, empty ...),
 * overloaded, deadline_exceeded, cancelled, inference_failed, model_unavailable.
 */
export interface AnswerSheetReader {
  read(file: UploadedFile, options?: SheetOptions, context?: CallContext): Promise<ExtractResponse>;
  /** Every page of every file, in the order in which they are ready; a broken file is an item with `error`. */
  readMany(files: readonly UploadedFile[], options?: SheetOptions, context?: CallContext): AsyncIterable<SheetReading>;
}
