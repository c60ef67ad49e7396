import { createHash } from "node:crypto";
import type { films } from "./schema.ts";

/** One row of the catalogue, as the database holds it. */
export type FilmRow = typeof films.$inferSelect;

/** A film as a source describes it, before it has an id. */
export interface NewFilm {
  source: "outpost" | "tmdb" | "movielens";
  sourceId: string;
  title: string;
  year: number | null;
  genres: string[];
  directors: string[];
  cast: string[];
  tags: string[];
  description: string;
  averageRating: number | null;
  ratingCount: number | null;
}

type DescribedFilm = Pick<NewFilm, "title" | "year" | "genres" | "directors" | "cast" | "tags" | "description">;

/**
 * The text whose vector stands for the film. Prose first: the model reads 256 tokens and weighs sentences, and what a
 * film is about matters more than who is in it.
 */
export function toFilmText(film: DescribedFilm): string {
  const parts = [
    film.year === null ? `${film.title}.` : `${film.title} (${film.year}).`,
    film.description,
    film.genres.length > 0 ? `${film.genres.join(", ")} film.` : "",
    film.tags.length > 0 ? `About ${film.tags.join(", ")}.` : "",
    film.directors.length > 0 ? `Directed by ${film.directors.join(", ")}.` : "",
    film.cast.length > 0 ? `Starring ${film.cast.join(", ")}.` : "",
  ];
  return parts.filter((part) => part !== "").join(" ");
}

/** Tells whether a film's text changed since its vector was made. */
export function toTextHash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
