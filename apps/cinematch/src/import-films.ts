/** `pnpm --filter cinematch run import <file.csv>`: brings a TMDB 5000 or MovieLens file into the catalogue. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { readConfig } from "./config.ts";
import { importFilms } from "./features/catalogue/import-films.ts";
import { openCatalogue } from "./open-catalogue.ts";
import { createProgressLine } from "@repo/app-kit/progress-line";

const usage = `Usage: pnpm --filter cinematch run import <file.csv>

  Reads tmdb_5000_movies.csv (TMDB 5000) or movies.csv (MovieLens) into the catalogue of DATABASE_URL, or of the embedded
  database in DATA_DIRECTORY (stop cinematch first: the embedded database serves one process). Running it again updates.
  New films get their vectors when cinematch runs next.`;

const { positionals } = parseArgs({ allowPositionals: true });
const [path] = positionals;
if (path === undefined) {
  console.error(usage);
  process.exit(2);
}

const config = readConfig();
const file = resolve(config.INIT_CWD ?? ".", path);
const database = await openCatalogue(config);
const progress = createProgressLine("bytes");
try {
  const { imported, bad } = await importFilms(database.db, file, progress.show);
  progress.end();
  for (const { line, reason } of bad) console.error(`${path}, line ${line}: ${reason}`);
  console.log(`${imported} films imported, ${bad.length} rows could not be read.`);
  process.exitCode = imported === 0 ? 1 : 0;
} catch (error) {
  progress.end();
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  await database.close();
}
