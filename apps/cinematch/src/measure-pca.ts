/**
 * `pnpm --filter cinematch measure:pca`: how many of the 10 nearest films survive the reduction, with every film as the
 * query. Reads the index that cinematch made; prints a table.
 */
import { filmVectors } from "./schema.ts";
import { readConfig } from "./config.ts";
import { measureRecall } from "./features/indexing/measure-recall.ts";
import { openCatalogue } from "./open-catalogue.ts";

const database = await openCatalogue(readConfig());
try {
  const rows = await database.db.select({ embedding: filmVectors.embedding }).from(filmVectors);
  if (rows.length < 50) throw new Error(`The index holds ${rows.length} vectors; start cinematch once and let it index the catalogue.`);
  console.log(`${rows.length} films, recall of the 10 nearest:\n\n| components | recall@10 | bytes per film |\n|---|---|---|`);
  for (const components of [16, 32, 48, 64, 96, 128]) {
    const recall = await measureRecall(
      rows.map(({ embedding }) => embedding),
      components,
    );
    console.log(`| ${components} | ${recall.toFixed(3)} | ${components * 4} |`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  await database.close();
}
