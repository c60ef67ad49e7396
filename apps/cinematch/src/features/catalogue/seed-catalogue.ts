import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Database } from "@repo/app-kit/open-database";
import type { NewFilm } from "../../film.ts";
import { countFilms, upsertFilms } from "./catalogue-store.ts";

/** One line of data/films.jsonl. */
const committedFilm = z.strictObject({
  title: z.string().min(1),
  year: z.number().int().min(1880).max(2100),
  genres: z.array(z.string()).min(1),
  directors: z.array(z.string()),
  cast: z.array(z.string()),
  tags: z.array(z.string()),
  description: z.string().min(1),
});

/** A stable name for a film of our own list: its title and year, as a slug. */
function toSourceId(title: string, year: number): string {
  return `${title.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "-")}-${year}`;
}

/**
 * Reads the committed catalogue.
 * @throws Error naming the line that is not a film
 */
export async function readCommittedCatalogue(path: string): Promise<NewFilm[]> {
  const lines = (await readFile(path, "utf8")).split("\n");
  return lines.flatMap((line, index): NewFilm[] => {
    if (line.trim() === "") return [];
    try {
      const film = committedFilm.parse(JSON.parse(line));
      return [{ source: "outpost", sourceId: toSourceId(film.title, film.year), ...film, averageRating: null, ratingCount: null }];
    } catch (error) {
      throw new Error(`${path}, line ${index + 1} is not a film: ${String(error)}`, { cause: error });
    }
  });
}

/** Fills an empty catalogue with the committed films; one that has films is left alone. Returns the number of films. */
export async function seedCatalogue(db: Database, path: string): Promise<number> {
  const present = await countFilms(db);
  if (present > 0) return present;
  const committed = await readCommittedCatalogue(path);
  await upsertFilms(db, committed);
  return committed.length;
}
