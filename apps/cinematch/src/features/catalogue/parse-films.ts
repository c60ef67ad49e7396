import { createReadStream } from "node:fs";
import { parse } from "csv-parse";
import type { NewFilm } from "../../film.ts";

/** A row that could not become a film, and why. */
export interface BadRow {
  /** Line of the file, 1-based, where the row starts. */
  line: number;
  reason: string;
}

/** One row of a CSV file: a film or the reason why not. */
export type ParsedRow = { film: NewFilm; bytesRead: number } | { bad: BadRow; bytesRead: number };

/** The file formats that can be imported; told apart by their header. */
type ImportFormat = "tmdb" | "movielens";

type Row = Readonly<Record<string, string>>;

/** Names out of one of TMDB's JSON columns: [{"id": 28, "name": "Action"}, ...]. */
function parseNames(json: string, column: string): string[] {
  if (json.trim() === "") return [];
  const values: unknown = JSON.parse(json);
  if (!Array.isArray(values)) throw new Error(`${column} is not a JSON list`);
  return values.flatMap((value: unknown) => {
    const name = typeof value === "object" && value !== null ? (value as Record<string, unknown>)["name"] : undefined;
    return typeof name === "string" ? [name] : [];
  });
}

function parseNumber(text: string | undefined): number | null {
  if (text === undefined || text.trim() === "") return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

function parseTmdbRow(row: Row): NewFilm {
  const id = row["id"]?.trim() ?? "";
  const title = row["title"]?.trim() || row["original_title"]?.trim() || "";
  if (!/^\d+$/.test(id)) throw new Error(`id is ${JSON.stringify(id)}, not a number`);
  if (title === "") throw new Error("title is empty");
  const year = /^(\d{4})-\d{2}-\d{2}$/.exec(row["release_date"]?.trim() ?? "")?.[1];
  // TMDB rates from 0 to 10; ours are 0 to 5.
  const rating = parseNumber(row["vote_average"]);
  return {
    source: "tmdb",
    sourceId: id,
    title,
    year: year === undefined ? null : Number(year),
    genres: parseNames(row["genres"] ?? "", "genres"),
    directors: [],
    cast: [],
    tags: parseNames(row["keywords"] ?? "", "keywords").slice(0, 12),
    description: [row["overview"]?.trim(), row["tagline"]?.trim()].filter(Boolean).join(" "),
    averageRating: rating === null ? null : rating / 2,
    ratingCount: parseNumber(row["vote_count"]),
  };
}

/** MovieLens sorts articles to the end: "Dark Knight, The (2008)" is The Dark Knight. */
function parseMovieLensTitle(text: string): { title: string; year: number | null } {
  const match = /^(.*?)\s*\((\d{4})\)\s*$/s.exec(text);
  const [whole, year] = match ? [match[1] ?? "", Number(match[2])] : [text.trim(), null];
  const article = /^(.*), (The|A|An|La|Le|Les|L'|Il|El|Los|Das|Der|Die)$/.exec(whole);
  if (!article) return { title: whole, year };
  const [, rest = "", word = ""] = article;
  return { title: word.endsWith("'") ? `${word}${rest}` : `${word} ${rest}`, year };
}

function parseMovieLensRow(row: Row): NewFilm {
  const id = row["movieId"]?.trim() ?? "";
  if (!/^\d+$/.test(id)) throw new Error(`movieId is ${JSON.stringify(id)}, not a number`);
  const { title, year } = parseMovieLensTitle(row["title"] ?? "");
  if (title === "") throw new Error("title is empty");
  const genres = (row["genres"] ?? "").split("|").filter((genre) => genre !== "" && genre !== "(no genres listed)");
  const empty = { directors: [], cast: [], tags: [], description: "", averageRating: null, ratingCount: null };
  return { source: "movielens", sourceId: id, title, year, genres, ...empty };
}

const formats: Record<ImportFormat, { columns: readonly string[]; parseRow: (row: Row) => NewFilm }> = {
  tmdb: { columns: ["id", "title", "overview", "genres"], parseRow: parseTmdbRow },
  movielens: { columns: ["movieId", "title", "genres"], parseRow: parseMovieLensRow },
};

function recogniseFormat(header: readonly string[]): ImportFormat {
  const known = Object.entries(formats).find(([, { columns }]) => columns.every((column) => header.includes(column)));
  if (known) return known[0] as ImportFormat;
  throw new Error(
    `The header (${header.slice(0, 8).join(", ")}) is of no known file. Expected TMDB 5000 (tmdb_5000_movies.csv: id, title, overview, genres, ...) or MovieLens (movies.csv: movieId, title, genres).`,
  );
}

/**
 * Reads the films of a TMDB 5000 or MovieLens CSV file, row by row and in constant memory. A row that cannot be read is
 * reported with its line, never dropped silently.
 * @throws Error when the header is of no known file
 */
export async function* parseFilms(path: string): AsyncGenerator<ParsedRow> {
  const input = createReadStream(path);
  const parser = input.pipe(
    parse({ bom: true, relax_column_count: true, relax_quotes: true, info: true, skip_empty_lines: true, max_record_size: 4_000_000 }),
  );
  input.once("error", (error) => parser.destroy(error));
  let header: string[] | undefined;
  let line = 1;
  let parseRow: (row: Row) => NewFilm = parseTmdbRow;
  for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
    const startsAt = line;
    line = info.lines + 1;
    if (header === undefined) {
      header = record.map((name) => name.trim());
      ({ parseRow } = formats[recogniseFormat(header)]);
      continue;
    }
    yield { ...parseRecord(header, record, startsAt, parseRow), bytesRead: input.bytesRead };
  }
  if (header === undefined) throw new Error(`${path} is empty.`);
}

function parseRecord(
  header: readonly string[],
  record: readonly string[],
  line: number,
  parseRow: (row: Row) => NewFilm,
): { film: NewFilm } | { bad: BadRow } {
  try {
    if (record.length !== header.length) throw new Error(`${record.length} columns, the header has ${header.length}`);
    return { film: parseRow(Object.fromEntries(header.map((name, index) => [name, record[index] ?? ""]))) };
  } catch (error) {
    return { bad: { line, reason: error instanceof Error ? error.message : String(error) } };
  }
}
