import { and, desc, eq, inArray, ne, sql } from "drizzle-orm";
import type { Database } from "@repo/app-kit/open-database";
import type { FilmRow } from "../../film.ts";
import { type ActiveIndex, filmVectors, films } from "../../schema.ts";

/** Film id -> score, 0 to 1. */
export type Scores = ReadonlyMap<number, number>;

/**
 * Scores films by words: the exact title 1, a title that contains the words 0.8, a title that looks like them (typing
 * errors) up to 0.75, and what the words say about people, themes and plot up to 0.7.
 */
export async function scoreByKeywords(db: Database, query: string, limit: number): Promise<Scores> {
  const text = query.replaceAll("\0", "").toWellFormed();
  const pattern = `%${text.replaceAll(/[\\%_]/g, (character) => `\\${character}`)}%`;
  // Any of the words may match (an OR); ranking puts films with more of them first.
  const anyWord = sql`replace(plainto_tsquery('english', ${text})::text, '&', '|')::tsquery`;
  const anyName = sql`replace(plainto_tsquery('simple', ${text})::text, '&', '|')::tsquery`;
  const score = sql<number>`greatest(
    case when lower(${films.title}) = lower(${text}) then 1.0 when ${films.title} ilike ${pattern} then 0.8 else 0 end,
    case when word_similarity(${text}, ${films.title}) > 0.5 then 0.75 * word_similarity(${text}, ${films.title}) else 0 end,
    0.7 * ts_rank_cd(${films.searchText}, ${anyWord} || ${anyName}, 32)
  )`.mapWith(Number);
  const rows = await db
    .select({ id: films.id, score: score.as("score") })
    .from(films)
    .where(sql`${films.searchText} @@ (${anyWord} || ${anyName}) or ${films.title} ilike ${pattern} or ${text} <% ${films.title}`)
    .orderBy(desc(sql`score`), films.id)
    .limit(limit);
  return new Map(rows.map(({ id, score: value }) => [id, Math.min(value, 1)]));
}

/**
 * Scores films by meaning: cosine similarity with the query's vector, in the reduced space where the index has one.
 *
 * @param vector as stored: [dimensions], or [reduced dimensions] when the index is reduced
 * @param among only these films; all when absent
 */
export async function scoreByMeaning(
  db: Database,
  index: ActiveIndex,
  vector: ArrayLike<number>,
  { limit, among, except }: { limit: number; among?: readonly number[]; except?: number },
): Promise<Scores> {
  if (among?.length === 0) return new Map();
  const column = index.reduction ? filmVectors.reduced : filmVectors.embedding;
  const distance = sql<number>`${column} <=> ${JSON.stringify(Array.from(vector))}::vector`.mapWith(Number);
  const rows = await db
    .select({ id: filmVectors.filmId, distance: distance.as("distance") })
    .from(filmVectors)
    .where(
      and(
        eq(filmVectors.model, index.identity.model),
        eq(filmVectors.revision, index.identity.revision),
        among && inArray(filmVectors.filmId, [...among]),
        except === undefined ? undefined : ne(filmVectors.filmId, except),
      ),
    )
    .orderBy(sql`distance`, filmVectors.filmId)
    .limit(limit);
  return new Map(rows.map((row) => [row.id, Math.min(1, Math.max(0, 1 - row.distance))]));
}

/** The stored vector of a film, in the space that {@link scoreByMeaning} compares in; undefined when it has none yet. */
export async function findFilmVector(db: Database, index: ActiveIndex, filmId: number): Promise<number[] | undefined> {
  const [row] = await db
    .select({ embedding: filmVectors.embedding, reduced: filmVectors.reduced })
    .from(filmVectors)
    .where(
      and(eq(filmVectors.filmId, filmId), eq(filmVectors.model, index.identity.model), eq(filmVectors.revision, index.identity.revision)),
    );
  return (index.reduction ? row?.reduced : row?.embedding) ?? undefined;
}

/** Films by id, in the order of the ids; unknown ids are left out. */
export async function findFilms(db: Database, ids: readonly number[]): Promise<FilmRow[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .select()
    .from(films)
    .where(inArray(films.id, [...ids]));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
