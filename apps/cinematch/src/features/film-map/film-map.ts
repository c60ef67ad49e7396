import { and, eq } from "drizzle-orm";
import type { Database } from "@repo/app-kit/open-database";
import { findPrincipalComponents, project } from "../../principal-components.ts";
import { type ActiveIndex, films, filmVectors } from "../../schema.ts";

/** A film's place on the map. */
export interface MapPoint {
  id: number;
  title: string;
  year: number | null;
  genres: string[];
  /** 0 to 1 from left to right and from top to bottom. */
  x: number;
  y: number;
}

/** Most films drawn: more would be a blot, and a page of megabytes. */
const maxPoints = 1_500;

function toUnitRange(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  // The outermost 1 % would squeeze all others together; they are drawn at the edge.
  const low = sorted[Math.floor(sorted.length * 0.01)] ?? 0;
  const high = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 1;
  return values.map((value) => (high === low ? 0.5 : Math.min(1, Math.max(0, (value - low) / (high - low)))));
}

/** Projects the films' vectors on the two directions in which they differ most. */
export async function drawFilmMap(db: Database, index: ActiveIndex): Promise<MapPoint[]> {
  const rows = await db
    .select({ id: films.id, title: films.title, year: films.year, genres: films.genres, embedding: filmVectors.embedding })
    .from(filmVectors)
    .innerJoin(films, eq(films.id, filmVectors.filmId))
    .where(and(eq(filmVectors.model, index.identity.model), eq(filmVectors.revision, index.identity.revision)))
    .orderBy(films.id)
    .limit(maxPoints);
  if (rows.length < 3) return [];
  const vectors = rows.map(({ embedding }) => embedding);
  const components = await findPrincipalComponents({ vectors, count: 2, center: true });
  const places = vectors.map((vector) => project(components, vector));
  const xs = toUnitRange(places.map(([x = 0]) => x));
  const ys = toUnitRange(places.map(([, y = 0]) => y));
  return rows.map(({ id, title, year, genres }, position) => ({ id, title, year, genres, x: xs[position] ?? 0.5, y: ys[position] ?? 0.5 }));
}
