/** Routes of pdf-extractor: documents, their pictures, searches over them, and the log of calls. */
import { z } from "zod";
import { defineRoute } from "./route.ts";
import { storableText } from "./storable-text.ts";
import { fileField, filesField } from "./uploaded-file.ts";
import { aspects, labelScore, type Aspect } from "./visual-embedding.ts";

/** What of a picture is compared: the whole, or one aspect. */
export const visualKinds = ["base", ...aspects] as const;

/** One of {@link visualKinds}. */
export type VisualKind = (typeof visualKinds)[number];

const family = "plain";
const pagingFields = {
  limit: z.coerce.number().int().min(1).max(200).default(50).describe("1 to 200."),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
};

/** Where a document is on its way. */
export const documentStatus = z.enum(["queued", "extracting", "embedding", "stopped", "completed", "failed"]);

/** A document. */
export const documentBody = z.object({
  id: z.uuid(),
  filename: z.string(),
  title: z.string().nullable().describe("As the PDF says it."),
  status: documentStatus.describe("stopped: the budget is used up; failed: error_message says why. Both can be resumed."),
  size_bytes: z.number().int(),
  page_count: z.number().int().nullable().describe("Null until the file was opened."),
  pages_done: z.number().int().describe("Pages whose pictures are stored."),
  images: z.number().int().describe("Places on its pages that show a picture."),
  pictures: z.number().int().describe("Different pictures."),
  pictures_done: z.number().int().describe("Pictures that can be found."),
  pictures_failed: z.number().int(),
  problems: z.array(z.string()).describe("What could not be read, for people."),
  waiting_for: z.string().nullable().describe("What keeps it from going on, for people."),
  error_message: z.string().nullable(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});

/** See {@link documentBody}. */
export type DocumentBody = z.infer<typeof documentBody>;

/** What became of one file of an upload. */
export const documentUploadResult = z.object({
  success: z.boolean(),
  filename: z.string(),
  duplicate: z.boolean().describe("true: the same bytes were stored before."),
  document: documentBody.nullable(),
  error: z.string().nullable(),
});

/** `POST /api/documents`. */
export const uploadDocumentsRoute = defineRoute({
  method: "POST",
  path: "/api/documents",
  family,
  summary: "Store PDFs; their pictures are extracted and embedded in the background",
  description: "A file that cannot be taken does not stop the others. GET /events tells how far they are.",
  bodies: ["multipart"],
  request: z.object({ files: filesField("PDFs.") }),
  response: z.object({ results: z.array(documentUploadResult) }),
});

/** `GET /api/documents`. */
export const listDocumentsRoute = defineRoute({
  method: "GET",
  path: "/api/documents",
  family,
  summary: "Documents, newest first",
  request: z.object(pagingFields),
  response: z.object({ documents: z.array(documentBody), total: z.number().int() }),
});

/** `GET /api/documents/{id}`. */
export const readDocumentRoute = defineRoute({
  method: "GET",
  path: "/api/documents/:id",
  family,
  summary: "One document and how far it is",
  response: documentBody,
});

/** `POST /api/documents/{id}/resume`. */
export const resumeDocumentRoute = defineRoute({
  method: "POST",
  path: "/api/documents/:id/resume",
  family,
  summary: "Go on with a document that was stopped or failed",
  response: documentBody,
});

/** `DELETE /api/documents/{id}`. */
export const deleteDocumentRoute = defineRoute({
  method: "DELETE",
  path: "/api/documents/:id",
  family,
  summary: "Delete a document with the pictures that no other one shows",
  response: z.object({ success: z.literal(true) }),
});

/** `POST /api/reembed`. */
export const reembedRoute = defineRoute({
  method: "POST",
  path: "/api/reembed",
  family,
  summary: "Throw all vectors away and have every picture embedded by the present model",
  response: z.object({ success: z.literal(true), pictures: z.number().int().describe("Pictures that wait for vectors now.") }),
});

const label = storableText(100).optional();

/** Fields that say which pictures are in question. */
const filterFields = {
  document_id: z.uuid().optional(),
  page: z.coerce.number().int().min(1).optional().describe("Page of the document, from 1."),
  color: label.describe("Their first label of colour is this one; GET /api/pictures/labels says which there are."),
  texture: label,
  material: label,
  style: label,
};

const labelsOf = z.object(
  Object.fromEntries(aspects.map((aspect) => [aspect, z.array(labelScore)])) as Record<Aspect, z.ZodArray<typeof labelScore>>,
);

/** A picture and the first place in question that shows it. */
export const pictureBody = z.object({
  id: z.string().describe("The same for the same pixels in every document."),
  score: z.number().nullable().describe("Weighted mean of cosines, -1 to 1; null in lists that were not searched."),
  document_id: z.uuid(),
  filename: z.string(),
  page_number: z.number().int().describe("From 1."),
  caption: z.string().describe("The line that most likely names it, or empty."),
  nearby_text: z.string(),
  places: z.number().int().describe("Places in all documents that show it or one that looks the same."),
  width: z.number().int().describe("Pixels in the PDF."),
  height: z.number().int(),
  image_url: z.string(),
  thumbnail_url: z.string(),
  labels: labelsOf.nullable().describe("Per aspect, best first; null until it is embedded."),
});

/** See {@link pictureBody}. */
export type PictureBody = z.infer<typeof pictureBody>;

/** `GET /api/pictures`. */
export const listPicturesRoute = defineRoute({
  method: "GET",
  path: "/api/pictures",
  family,
  summary: "Pictures by document and page; those that look the same once",
  request: z.object({ ...filterFields, ...pagingFields }),
  response: z.object({ pictures: z.array(pictureBody), total: z.number().int() }),
});

const labelCounts = z.array(z.object({ label: z.string(), count: z.number().int() }));

/** `GET /api/pictures/labels`. */
export const pictureLabelsRoute = defineRoute({
  method: "GET",
  path: "/api/pictures/labels",
  family,
  summary: "Labels of each aspect, and how many pictures have them first",
  request: z.object(filterFields),
  response: z.object(Object.fromEntries(aspects.map((aspect) => [aspect, labelCounts])) as Record<Aspect, typeof labelCounts>),
});

const weight = z.coerce.number().min(0).max(1_000).optional();

const weightsOf = z
  .preprocess(
    (value) => {
      if (typeof value !== "string") return value;
      try {
        return JSON.parse(value) as unknown;
      } catch {
        return value;
      }
    },
    z
      .strictObject(Object.fromEntries(visualKinds.map((kind) => [kind, weight])) as Record<VisualKind, typeof weight>)
      .refine((weights) => Object.values(weights).some((value) => (value ?? 0) > 0), {
        error: `One of ${visualKinds.join(", ")} must count more than 0.`,
      }),
  )
  .optional();

/** `POST /api/search`. */
export const searchPicturesRoute = defineRoute({
  method: "POST",
  path: "/api/search",
  family,
  summary: "Pictures by words, by a photo or by another picture",
  description:
    "Where base counts, pictures whose caption has all words of a text come first. score = sum of weight * cosine over the kinds, weights scaled to sum 1. Kinds that the query says nothing about are left out.",
  bodies: ["json", "multipart"],
  request: z
    .object({
      text: storableText(1_000).optional().describe('Words, e.g. "dark oak".'),
      image: fileField("A photo: JPEG, PNG, WebP or GIF, up to 10 MiB.").optional(),
      picture_id: z.string().max(64).optional().describe("Pictures like this one of a document."),
      weights: weightsOf.describe(`How much each of ${visualKinds.join(", ")} counts; in forms JSON. Default {"base": 1}.`),
      ...filterFields,
      ...pagingFields,
    })
    .superRefine((body, context) => {
      const given = [body.text, body.image, body.picture_id].filter((value) => value !== undefined);
      if (given.length !== 1) context.addIssue({ code: "custom", message: "Send one of text, image and picture_id." });
    }),
  response: z.object({
    results: z.array(pictureBody),
    weights: z.partialRecord(z.enum(visualKinds), z.number()).describe("As they were used; empty where nothing was compared."),
    model: z.string().nullable().describe("The model of the vectors; null while there are none."),
  }),
});

/** `GET /api/calls`. */
export const callStatisticsRoute = defineRoute({
  method: "GET",
  path: "/api/calls",
  family,
  summary: "Calls of the model per day and per model: number, failures, latency, cost",
  request: z.object({ days: z.coerce.number().int().min(1).max(366).default(30).describe("1 to 366.") }),
  response: z.object({
    days: z.array(
      z.object({
        day: z.string().describe("YYYY-MM-DD, UTC."),
        succeeded: z.number().int().describe("Attempts."),
        failed: z.number().int(),
        items: z.number().int().describe("Pictures and texts of the attempts that succeeded."),
        cost: z.number().describe("US dollars."),
        p50_ms: z.number().nullable(),
        p95_ms: z.number().nullable(),
        p99_ms: z.number().nullable(),
      }),
    ),
    models: z.array(z.object({ model: z.string(), calls: z.number().int(), failed: z.number().int(), cost: z.number() })),
  }),
});
