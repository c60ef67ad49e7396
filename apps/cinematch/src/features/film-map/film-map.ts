import { and, eq } from "drizzle-orm";
import type { Database } from "@repo/app-kit/open-database";
import { type PlanePoint, projectOnPlane } from "@repo/app-kit/plane-projection";
import { type ActiveIndex, films, filmVectors } from "../../schema.ts";

/** A film's place on the map. */
export interface MapPoint extends PlanePoint {
  id: number;
  title: string;
  year: number | null;
  genres: string[];
}

/** Most films drawn: more would be a blot, and a page of megabytes. */
const maxPoints = 1_500;

/** Projects the films' vectors on the two directions in which they differ most. */
export async function drawFilmMap(db: Database, index: ActiveIndex): Promise<MapPoint[]> {
  const rows = await db
    .select({ id: films.id, title: films.title, year: films.year, genres: films.genres, embedding: filmVectors.embedding })
    .from(filmVectors)
    .innerJoin(films, eq(films.id, filmVectors.filmId))
    .where(and(eq(filmVectors.model, index.identity.model), eq(filmVectors.revision, index.identity.revision)))
    .orderBy(films.id)
    .limit(maxPoints);
  const places = await projectOnPlane(rows.map(({ embedding }) => embedding));
  // No places: too few films for a picture.
  return rows.flatMap(({ id, title, year, genres }, position) => {
    const place = places[position];
    return place ? [{ id, title, year, genres, ...place }] : [];
  });
}
