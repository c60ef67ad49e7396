import type { ModelIdentity } from "@repo/contracts/model-info";
import { sql } from "drizzle-orm";
import {
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  serial,
  text,
  timestamp,
  uniqueIndex,
  vector,
} from "drizzle-orm/pg-core";

const tsvector = customType<{ data: string }>({ dataType: () => "tsvector" });
/** pgvector column without a fixed length: reduced vectors are as long as the reduction says. */
const anyVector = customType<{ data: number[]; driverData: string }>({
  dataType: () => "vector",
  toDriver: (value) => JSON.stringify(value),
  fromDriver: (value) => JSON.parse(value) as number[],
});

/**
 * A linear map to fewer dimensions: components [reduced][dimensions], rows of unit length.
 *
 * The vectors are not centred first: cosine compares directions from the origin, and moving the origin to the mean (as
 * PCA by the book does) changes every angle.
 */
export interface Reduction {
  components: number[][];
}

/** The model that queries must be embedded with, and how to compare. */
export interface ActiveIndex {
  identity: ModelIdentity;
  reduction: Reduction | null;
}

/** Length of every film vector; a Space with another length cannot serve this app. */
export const filmVectorDimensions = 384;

/** Films of the catalogue, from our own list and from imports. */
export const films = pgTable(
  "films",
  {
    id: serial().primaryKey(),
    /** Where the row came from: outpost, tmdb or movielens. */
    source: text().notNull(),
    /** The row's id there; importing again updates instead of duplicating. */
    sourceId: text("source_id").notNull(),
    title: text().notNull(),
    year: integer(),
    genres: text().array().notNull(),
    directors: text().array().notNull(),
    cast: text("cast_names").array().notNull(),
    tags: text().array().notNull(),
    description: text().notNull(),
    /** 0..5; null when the source has no ratings. */
    averageRating: real("average_rating"),
    ratingCount: integer("rating_count"),
    /** What the keyword search reads, written by the same statement as the row: title over people over tags over prose. */
    searchText: tsvector("search_text").notNull(),
  },
  (table) => [
    uniqueIndex("films_source").on(table.source, table.sourceId),
    index("films_search").using("gin", table.searchText),
    index("films_title_similarity").using("gin", sql`${table.title} gin_trgm_ops`),
  ],
);

/** Vectors of films, per model: vectors of different models never meet in one query. */
export const filmVectors = pgTable(
  "film_vectors",
  {
    filmId: integer("film_id")
      .notNull()
      .references(() => films.id, { onDelete: "cascade" }),
    model: text().notNull(),
    revision: text().notNull(),
    /** SHA-256 of the text that was embedded; a changed film is embedded again. */
    textHash: text("text_hash").notNull(),
    embedding: vector({ dimensions: filmVectorDimensions }).notNull(),
    /** The vector after PCA; null when the reduction is off or not yet computed. */
    reduced: anyVector(),
  },
  (table) => [primaryKey({ columns: [table.filmId, table.model, table.revision] })],
);

/** The model that queries are compared with, and its reduction. One row. */
export const searchIndex = pgTable("search_index", {
  id: integer().primaryKey().default(1),
  model: text().notNull(),
  revision: text().notNull(),
  dimensions: integer().notNull(),
  /** How vectors are reduced; null when they are not. */
  reduction: jsonb().$type<Reduction | null>(),
  updatedAt: timestamp("updated_at", { withTimezone: true }).notNull().defaultNow(),
});
