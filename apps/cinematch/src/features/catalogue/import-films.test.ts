import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type OpenDatabase, openDatabase } from "@repo/app-kit/open-database";
import { testDatabase } from "@repo/testing/test-database";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { films } from "../../schema.ts";
import { countFilms } from "./catalogue-store.ts";
import { importFilms } from "./import-films.ts";
import { readCommittedCatalogue } from "./seed-catalogue.ts";

const toPath = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

let database: OpenDatabase;
let folder: string;

beforeAll(async () => {
  database = await openDatabase({ ...testDatabase(), migrationsFolder: toPath("migrations") });
  folder = await mkdtemp(join(tmpdir(), "cinematch-import-"));
}, 60_000);

afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

const readSource = async (source: string) => await database.db.select().from(films).where(eq(films.source, source)).orderBy(films.id);

test("a TMDB file gives films, and every row that is none is reported with its line", async () => {
  const { imported, bad } = await importFilms(database.db, toPath("test/fixtures/tmdb.csv"));
  const rows = await readSource("tmdb");
  expect(imported).toBe(2);
  expect(rows.map(({ title }) => title)).toEqual(["Night Watcher", "No Date"]);
  expect(rows[0]).toMatchObject({ year: 2012, genres: ["Action"], tags: ["gotham city"], averageRating: 3.8, ratingCount: 9106 });
  expect(rows[0]?.description).toContain("over two lines. Rise.");
  expect(rows[1]).toMatchObject({ year: null, averageRating: null });
  expect(bad.map(({ line }) => line)).toEqual([4, 5, 6, 7]);
  expect(bad[1]?.reason).toContain("id is");
});

test("a MovieLens file gives films with their articles and years in place", async () => {
  const { bad } = await importFilms(database.db, toPath("test/fixtures/movielens.csv"));
  const rows = await readSource("movielens");
  expect(rows.map(({ title, year }) => [title, year])).toEqual([
    ["The Dark Knight", 2008],
    ["Toy Story", 1995],
    ["Untitled", null],
    ["Avventura, L' (a.k.a. Adventure, The)", 1960],
  ]);
  expect(rows[2]?.genres).toEqual([]);
  expect(bad).toEqual([{ line: 6, reason: expect.stringContaining("movieId") as string }]);
});

test("importing again changes nothing", async () => {
  const before = await countFilms(database.db);
  await importFilms(database.db, toPath("test/fixtures/tmdb.csv"));
  expect(await countFilms(database.db)).toBe(before);
});

test.for<[string, string, RegExp]>([
  ["empty", "", /is empty/],
  ["unknown", "a,b,c\n1,2,3\n", /of no known file/],
  ["binary", "\0\u0001\u0002", /of no known file/],
])("an %s file is refused with what was expected", async ([name, content, message]) => {
  const path = join(folder, `${name}.csv`);
  await writeFile(path, content);
  await expect(importFilms(database.db, path)).rejects.toThrow(message);
});

test("a missing file is an error, not a hang", async () => {
  await expect(importFilms(database.db, join(folder, "nowhere.csv"))).rejects.toThrow(/ENOENT/);
});

test("the committed catalogue holds more than a thousand different films", async () => {
  const committed = await readCommittedCatalogue(toPath("data/films.jsonl"));
  expect(committed.length).toBeGreaterThanOrEqual(1_000);
  expect(new Set(committed.map(({ sourceId }) => sourceId)).size).toBe(committed.length);
  expect(new Set(committed.map(({ description }) => description)).size).toBe(committed.length);
});
