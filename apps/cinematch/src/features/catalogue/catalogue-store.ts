import { sql } from "drizzle-orm";
import type { Database } from "@repo/app-kit/open-database";
import type { NewFilm } from "../../film.ts";
import { films } from "../../schema.ts";

/** Rows per statement: far below Postgres' 65,535 parameters, large enough that the round trip does not matter. */
const rowsPerStatement = 200;

/** PostgreSQL text cannot hold NUL, and a lone surrogate is not UTF-8: files from elsewhere have both. */
function toStorable(text: string): string {
  return text.replaceAll("\0", "").toWellFormed();
}

function toRow(film: NewFilm): typeof films.$inferInsert {
  const list = (values: readonly string[]): string[] => values.map(toStorable);
  const [title, description] = [toStorable(film.title), toStorable(film.description)];
  const row = {
    ...film,
    title,
    description,
    genres: list(film.genres),
    directors: list(film.directors),
    cast: list(film.cast),
    tags: list(film.tags),
  };
  const people = [...row.directors, ...row.cast].join(" ");
  const themes = [...row.genres, ...row.tags].join(" ");
  // Names are looked up as they are written ('simple'); words of prose by their stem ('english').
  const searchText = sql<string>`setweight(to_tsvector('english', ${title}), 'A') || setweight(to_tsvector('simple', ${people}), 'B')
    || setweight(to_tsvector('english', ${themes}), 'C') || setweight(to_tsvector('english', ${description}), 'D')`;
  return { ...row, searchText: searchText as unknown as string };
}

/**
 * Inserts films, or updates those that came from the same place before (so that an import can be repeated or resumed).
 * All in one transaction: a failure leaves the catalogue as it was.
 */
export async function upsertFilms(
  db: Database,
  rows: readonly NewFilm[],
  onProgress: (done: number) => void = () => undefined,
): Promise<void> {
  await db.transaction(async (transaction) => {
    for (let from = 0; from < rows.length; from += rowsPerStatement) {
      const slice = rows.slice(from, from + rowsPerStatement);
      await transaction
        .insert(films)
        .values(slice.map(toRow))
        .onConflictDoUpdate({
          target: [films.source, films.sourceId],
          set: {
            title: sql`excluded.title`,
            year: sql`excluded.year`,
            genres: sql`excluded.genres`,
            directors: sql`excluded.directors`,
            cast: sql`excluded.cast_names`,
            tags: sql`excluded.tags`,
            description: sql`excluded.description`,
            averageRating: sql`excluded.average_rating`,
            ratingCount: sql`excluded.rating_count`,
            searchText: sql`excluded.search_text`,
          },
        });
      onProgress(Math.min(from + rowsPerStatement, rows.length));
    }
  });
}

/** Number of films in the catalogue. */
export async function countFilms(db: Database): Promise<number> {
  return await db.$count(films);
}
