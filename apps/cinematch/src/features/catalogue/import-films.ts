import { stat } from "node:fs/promises";
import type { Database } from "@repo/app-kit/open-database";
import type { NewFilm } from "../../film.ts";
import { upsertFilms } from "./catalogue-store.ts";
import { type BadRow, parseFilms } from "./parse-films.ts";

/** Films per transaction: what a kill loses at most; importing again goes over them without harm. */
const filmsPerTransaction = 1_000;

/** What an import did. Every row of the file is in one of the two. */
export interface ImportReport {
  imported: number;
  bad: BadRow[];
}

/**
 * Brings the films of a CSV file (TMDB 5000 or MovieLens) into the catalogue. Rows that were imported before are updated.
 *
 * @param onProgress called with bytes read and bytes in the file
 * @throws Error when the file cannot be read or is of no known kind; what was imported until then stays
 */
export async function importFilms(
  db: Database,
  path: string,
  onProgress: (bytesRead: number, bytes: number) => void = () => undefined,
): Promise<ImportReport> {
  const { size } = await stat(path);
  const report: ImportReport = { imported: 0, bad: [] };
  let batch = new Map<string, NewFilm>();
  const flush = async (): Promise<void> => {
    await upsertFilms(db, [...batch.values()]);
    batch = new Map();
  };
  for await (const row of parseFilms(path)) {
    if ("bad" in row) report.bad.push(row.bad);
    else {
      // The same film twice in one statement would be an error of the database; the later row wins, as in a repeat.
      batch.set(row.film.sourceId, row.film);
      report.imported += 1;
    }
    if (batch.size >= filmsPerTransaction) await flush();
    onProgress(row.bytesRead, size);
  }
  await flush();
  onProgress(size, size);
  return report;
}
