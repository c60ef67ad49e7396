import { defineFileTables } from "@repo/app-kit/file-tables";
import type { Aspect, LabelScore } from "@repo/contracts/visual-embedding";
import { sql } from "drizzle-orm";
import {
  bigserial,
  boolean,
  doublePrecision,
  halfvec,
  index,
  integer,
  jsonb,
  numeric,
  type PgColumn,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { vectorDimensions } from "./config.ts";

/** To the millisecond, as JavaScript has it. */
const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** PDFs, their images and thumbnails, and photos that people search with, by their content. */
export const storedFileTables = defineFileTables("stored");
/** Each table by itself, as drizzle-kit looks for them. */
export const { files: storedFiles, chunks: storedFileChunks } = storedFileTables;

/** Where a document is on its way. */
export type DocumentStatus =
  /** Stored; its job has not begun. */
  | "queued"
  /** Its pages are looked through. */
  | "extracting"
  /** All images are stored and get their vectors. */
  | "embedding"
  /** The budget does not allow more calls; a person, or tomorrow, lets it go on. */
  | "stopped"
  | "completed"
  /** It cannot be read; error_message says why. */
  | "failed";

/** One uploaded PDF. */
export const documents = pgTable(
  "documents",
  {
    id: uuid().primaryKey(),
    fileHash: text("file_hash")
      .notNull()
      .references(() => storedFiles.sha256),
    /** Name the file arrived with. */
    filename: text().notNull(),
    /** As the PDF says it; null when it says none. */
    title: text(),
    status: text().$type<DocumentStatus>().notNull().default("queued"),
    /** Null until the file was opened. */
    pageCount: integer("page_count"),
    /** Pages whose images are stored; the job goes on with the next one. */
    pagesDone: integer("pages_done").notNull().default(0),
    /** What was odd about it, for people: pages that could not be read, pages beyond the limit. */
    problems: jsonb().$type<string[]>().notNull().default([]),
    /** What the job waits for, for people. */
    waitingFor: text("waiting_for"),
    errorMessage: text("error_message"),
    createdAt: moment("created_at").notNull().defaultNow(),
    updatedAt: moment("updated_at").notNull().defaultNow(),
    completedAt: moment("completed_at"),
  },
  (table) => [uniqueIndex("documents_file").on(table.fileHash), index("documents_created").on(table.createdAt)],
);

/** Whether a picture has its vectors. */
export type PictureStatus =
  | "pending"
  | "embedded"
  /** Looks the same as another one, which is found in its place. */
  | "duplicate"
  /** The Space cannot read it; error_message says why. */
  | "failed";

/** Labels of every aspect, best first. */
export type PictureLabels = Record<Aspect, LabelScore[]>;

/** Pictures by their pixels: however often documents show one, it is stored and embedded once. */
export const pictures = pgTable(
  "pictures",
  {
    /** As src/pdf makes it of the pixels: 32 hexadecimal digits, the same in every file. */
    id: text().primaryKey(),
    fileHash: text("file_hash")
      .notNull()
      .references(() => storedFiles.sha256),
    thumbnailHash: text("thumbnail_hash")
      .notNull()
      .references(() => storedFiles.sha256),
    /** Pixels in the PDF. */
    width: integer().notNull(),
    height: integer().notNull(),
    thumbnailWidth: integer("thumbnail_width").notNull(),
    thumbnailHeight: integer("thumbnail_height").notNull(),
    /** How the pixels lay in the PDF. */
    kind: text().notNull(),
    colorSpace: text("color_space").notNull(),
    hasMask: boolean("has_mask").notNull(),
    /** Hexadecimal; see src/pdf/perceptual-hash.ts. */
    perceptualHash: text("perceptual_hash").notNull(),
    colorHash: text("color_hash").notNull(),
    status: text().$type<PictureStatus>().notNull().default("pending"),
    /** The picture that is found in its place. */
    duplicateOf: text("duplicate_of"),
    /** Null until it has its vectors. */
    labels: jsonb().$type<PictureLabels>(),
    /** The first label of each aspect, for filters. */
    color: text(),
    texture: text(),
    material: text(),
    style: text(),
    errorMessage: text("error_message"),
    createdAt: moment("created_at").notNull().defaultNow(),
  },
  (table) => [index("pictures_duplicate").on(table.duplicateOf), index("pictures_color").on(table.color)],
);

/** Where documents show pictures. @source columns of the original's document_images, where they make sense */
export const documentImages = pgTable(
  "document_images",
  {
    /** Made of document, page and position: a page that is read again changes nothing. */
    id: uuid().primaryKey(),
    documentId: uuid("document_id")
      .notNull()
      .references(() => documents.id, { onDelete: "cascade" }),
    pictureId: text("picture_id")
      .notNull()
      .references(() => pictures.id),
    /** Address of the picture within this app. */
    imageUrl: text("image_url").notNull(),
    /** The line that most likely names it, or "". */
    caption: text().notNull(),
    /** Lines that stand close to it. */
    nearbyText: text("nearby_text").notNull(),
    /** From 1. */
    pageNumber: integer("page_number").notNull(),
    /** On its page, from 0, in the order in which it is drawn. */
    position: integer().notNull(),
    /** Left, top, width, height as shares of the page, 0..1. */
    box: jsonb().$type<{ x: number; y: number; width: number; height: number }>().notNull(),
    createdAt: moment("created_at").notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex("document_images_place").on(table.documentId, table.pageNumber, table.position),
    index("document_images_picture").on(table.pictureId),
    index("document_images_words").using("gin", sql`to_tsvector('english', ${table.caption})`),
  ],
);

/** What of a picture a vector is of: everything, or one aspect. */
export const vectorKinds = ["base", "color", "texture", "material", "style"] as const;

/** One of {@link vectorKinds}. */
export type VectorKind = (typeof vectorKinds)[number];

const ofKind = (kind: VectorKind, column: PgColumn) => sql.join([column, sql.raw(` = '${kind}'`)]);

/**
 * Vectors of pictures, all of one model (vector_index says which). Half precision: an index takes up to 4,000 dimensions of it,
 * and the vectors take half the room at a cosine that differs in the fourth digit.
 */
export const pictureVectors = pgTable(
  "picture_vectors",
  {
    pictureId: text("picture_id")
      .notNull()
      .references(() => pictures.id, { onDelete: "cascade" }),
    kind: text().$type<VectorKind>().notNull(),
    model: text().notNull(),
    revision: text().notNull(),
    embedding: halfvec({ dimensions: vectorDimensions }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.pictureId, table.kind] }),
    // One index per kind: a search is of one kind, and must not wade through the others.
    ...vectorKinds.map((kind) =>
      index(`picture_vectors_${kind}`)
        .using("hnsw", table.embedding.op("halfvec_cosine_ops"))
        .with({ m: 16, ef_construction: 64 })
        .where(ofKind(kind, table.kind)),
    ),
  ],
);

/** The model of every stored vector. One row, from the first vector on. */
export const vectorIndex = pgTable("vector_index", {
  id: integer().primaryKey().default(1),
  model: text().notNull(),
  revision: text().notNull(),
  dimensions: integer().notNull(),
  /** Of the vectors of aspects. */
  aspectRevision: text("aspect_revision").notNull(),
  updatedAt: moment("updated_at").notNull().defaultNow(),
});

/** What a search is made with: a photo's vectors, so that pages and weights can change without another call. */
export const searchPhotos = pgTable("search_photos", {
  /** The photo's SHA-256, hexadecimal. */
  id: text()
    .primaryKey()
    .references(() => storedFiles.sha256),
  model: text().notNull(),
  revision: text().notNull(),
  aspectRevision: text("aspect_revision").notNull(),
  vectors: jsonb().$type<Partial<Record<VectorKind, number[]>>>().notNull(),
  createdAt: moment("created_at").notNull().defaultNow(),
});

/** Every attempt at a call of the model, those that failed included. @source the original's call log */
export const aiCalls = pgTable(
  "ai_calls",
  {
    id: bigserial({ mode: "number" }).primaryKey(),
    createdAt: moment("created_at").notNull().defaultNow(),
    /** The call that the attempt belongs to. */
    callId: uuid("call_id").notNull(),
    /** The document it was made for; null for searches. Kept when the document is deleted. */
    jobId: uuid("job_id"),
    task: text().notNull(),
    /** huggingface/<model> where the Space computed, the model's bare name where this process did. */
    model: text().notNull(),
    batchSize: integer("batch_size").notNull(),
    /** From 1. */
    attempt: integer().notNull(),
    status: text().$type<"succeeded" | "failed">().notNull(),
    /** Code of the failure. */
    errorCode: text("error_code"),
    errorMessage: text("error_message"),
    latencyMs: doublePrecision("latency_ms").notNull(),
    /** US dollars; 0 for what failed. */
    cost: numeric({ precision: 14, scale: 8, mode: "number" }).notNull(),
  },
  (table) => [index("ai_calls_created").on(table.createdAt), index("ai_calls_job").on(table.jobId)],
);
