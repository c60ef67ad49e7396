/** `pnpm --filter cinematch reindex`: gives every film a vector of the Space's present model, with a progress bar. */
import { createLogger } from "@repo/server-kit/log";
import { readConfig } from "./config.ts";
import { createFilmIndexer } from "./features/indexing/film-indexer.ts";
import { openCatalogue } from "./open-catalogue.ts";
import { createSpaces } from "./spaces.ts";
import { createProgressLine } from "@repo/app-kit/progress-line";

const config = readConfig();
const spaces = createSpaces(config, createLogger({ name: "reindex", level: "error" }));
if (!spaces.embedder) {
  console.error("There is nothing to index with: KEYWORD_ONLY_MODE is on.");
  process.exit(2);
}
const database = await openCatalogue(config);
const progress = createProgressLine("films");
let lastProblem = "";
const indexer = createFilmIndexer({
  db: database.db,
  embedder: spaces.embedder,
  reducedDimensions: config.PCA_COMPONENTS,
  onProgress: ({ phase, done, total, problem }) => {
    if (phase === "waiting" && problem !== undefined && problem !== lastProblem) console.error((lastProblem = problem));
    else if (total > 0) progress.show(done, total);
  },
});
process.once("SIGINT", () => void indexer.close());
try {
  await indexer.completed;
  progress.end();
  const { identity } = indexer.active() ?? {};
  console.log(`Indexed with ${identity?.model} (${identity?.revision}).`);
} catch {
  progress.end();
  console.error("Stopped; run the command again to go on.");
  process.exitCode = 1;
} finally {
  await indexer.close();
  await spaces.close();
  await database.close();
}
