/**
 * `pnpm --filter @repo/pdf-extractor bench:search [--count 100000] [--queries 100] [--url URL]`: how well and how fast pictures are found
 * among many, as the app does it against comparing all. In an embedded database, or in the one that --url names, which must be
 * empty and keeps what was written. With --report FOLDER the table goes to FOLDER/visual-search.md too.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type OpenDatabase, openDatabase } from "@repo/app-kit/open-database";
import { createProgressLine } from "@repo/app-kit/progress-line";
import { sql } from "drizzle-orm";
import { vectorDimensions } from "../src/config.ts";
import { migrationsFolder } from "../src/open-catalogue.ts";
import { pictures, pictureVectors, storedFiles, type VectorKind } from "../src/schema.ts";
import { findNearestPictures, type NearestQuery } from "../src/search/nearest-pictures.ts";
import { toVectorText } from "../src/vector-text.ts";
import { createVectorSource } from "./vector-source.ts";

const { values: options } = parseArgs({
  options: {
    count: { type: "string", default: "100000" },
    queries: { type: "string", default: "100" },
    url: { type: "string" },
    report: { type: "string" },
  },
});
const [count, queryCount] = [Number(options.count), Number(options.queries)];
const kinds = ["base", "color"] as const satisfies VectorKind[];
const rowsPerStatement = 100;
/** One picture in so many is of these colours. */
const everyOfColor = { teal: 20, navy: 5 } as const;
const limit = 10;

const toId = (index: number): string => index.toString(16).padStart(32, "0");

async function readVersion({ db, kind }: OpenDatabase): Promise<string> {
  if (kind === "pglite") return "embedded PostgreSQL";
  const [row] = await db
    .select({ said: sql<string>`'PostgreSQL ' || current_setting('server_version') || ', pgvector ' || extversion` })
    .from(sql`pg_extension`)
    .where(sql`extname = 'vector'`);
  return row?.said ?? kind;
}

async function fill({ db }: OpenDatabase): Promise<void> {
  const sources = new Map(kinds.map((kind, index) => [kind, createVectorSource(vectorDimensions, index + 1)]));
  const progress = createProgressLine("pictures");
  await db.insert(storedFiles).values({ sha256: "bench", sizeBytes: 1, mimeType: "image/png" });
  for (const kind of kinds) await db.execute(sql.raw(`drop index picture_vectors_${kind}`));
  for (let first = 0; first < count; first += rowsPerStatement) {
    const indexes = Array.from({ length: Math.min(rowsPerStatement, count - first) }, (_, offset) => first + offset);
    await db.insert(pictures).values(
      indexes.map((index) => ({
        id: toId(index),
        fileHash: "bench",
        thumbnailHash: "bench",
        width: 1,
        height: 1,
        thumbnailWidth: 1,
        thumbnailHeight: 1,
        kind: "raw",
        colorSpace: "DeviceRGB",
        hasMask: false,
        perceptualHash: "",
        colorHash: "",
        status: "embedded" as const,
        color: index % everyOfColor.teal === 0 ? "teal" : index % everyOfColor.navy === 1 ? "navy" : "grey",
      })),
    );
    for (const kind of kinds) {
      const rows = indexes.map((index) => ({
        pictureId: toId(index),
        kind,
        model: "bench",
        revision: "1",
        embedding: sql<number[]>`${toVectorText(sources.get(kind)?.() ?? new Float32Array())}::halfvec`,
      }));
      await db.insert(pictureVectors).values(rows);
    }
    progress.show(first + indexes.length, count);
  }
  progress.end();
}

async function buildIndexes({ db }: OpenDatabase): Promise<number> {
  const startedAt = performance.now();
  await db.transaction(async (transaction) => {
    await transaction.execute(sql`select set_config('maintenance_work_mem', '1GB', true), set_config('statement_timeout', '0', true)`);
    for (const kind of kinds) {
      await transaction.execute(
        sql.raw(
          `create index picture_vectors_${kind} on picture_vectors using hnsw (embedding halfvec_cosine_ops) with (m=16, ef_construction=64) where kind = '${kind}'`,
        ),
      );
    }
  });
  await db.execute(sql`analyze`);
  return performance.now() - startedAt;
}

interface Measured {
  recall: number;
  indexMs: number[];
  exactMs: number[];
}

async function measure({ db }: OpenDatabase, toQuery: () => Omit<NearestQuery, "limit" | "maxExact">): Promise<Measured> {
  const result: Measured = { recall: 0, indexMs: [], exactMs: [] };
  for (let query = 0; query < queryCount; query += 1) {
    const asked = { ...toQuery(), limit };
    let startedAt = performance.now();
    const found = await findNearestPictures(db, asked);
    result.indexMs.push(performance.now() - startedAt);
    startedAt = performance.now();
    const right = new Set((await findNearestPictures(db, { ...asked, maxExact: count })).map(({ id }) => id));
    result.exactMs.push(performance.now() - startedAt);
    result.recall += found.filter(({ id }) => right.has(id)).length / (right.size * queryCount);
  }
  return result;
}

const percentile = (values: readonly number[], share: number): string =>
  (values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0).toFixed(1);

const lines: string[] = [];
const directory = await mkdtemp(join(tmpdir(), "visual-search-"));
const database = await openDatabase({ url: options.url, directory, migrationsFolder });
try {
  const startedAt = performance.now();
  await fill(database);
  const fillMs = performance.now() - startedAt;
  const buildMs = await buildIndexes(database);
  const queries = { base: createVectorSource(vectorDimensions, 1, 7_919), color: createVectorSource(vectorDimensions, 2, 7_919) };
  const subjects: [string, () => Omit<NearestQuery, "limit" | "maxExact">][] = [
    ["everything", () => ({ vectors: { base: queries.base() }, weights: { base: 1 }, filter: {} })],
    [
      "half everything, half colour",
      () => ({ vectors: { base: queries.base(), color: queries.color() }, weights: { base: 1, color: 1 }, filter: {} }),
    ],
    ...Object.entries(everyOfColor).map(([color, every]): [string, () => Omit<NearestQuery, "limit" | "maxExact">] => [
      `everything, one picture in ${every} passes the filter`,
      () => ({ vectors: { base: queries.base() }, weights: { base: 1 }, filter: { color } }),
    ]),
  ];
  const say = (line: string): void => {
    console.log(line);
    lines.push(line);
  };
  const version = await readVersion(database);
  say(`# Visual search among ${count.toLocaleString("en")} pictures\n`);
  say(
    `${vectorDimensions} dimensions in half precision, HNSW m=16 ef_construction=64, ${version}, ${cpus()[0]?.model ?? "unknown processor"}.`,
  );
  say(
    `Filled in ${(fillMs / 1000).toFixed(0)} s, ${kinds.length} indexes built in ${(buildMs / 1000).toFixed(0)} s. ${queryCount} queries each.\n`,
  );
  say("| compared by | recall@10 | as the app searches, p50 ms | p95 | all compared p50 ms | p95 |\n|---|---|---|---|---|---|");
  for (const [name, toQuery] of subjects) {
    const { recall, indexMs, exactMs } = await measure(database, toQuery);
    const times = [indexMs, exactMs].flatMap((values) => [percentile(values, 0.5), percentile(values, 0.95)]);
    say(`| ${name} | ${recall.toFixed(3)} | ${times.join(" | ")} |`);
  }
  const about = "Vectors lie in 500 groups, as pictures of one kind do (apps/pdf-extractor/bench/vector-source.ts).";
  say(`\n${about} Made by \`pnpm --filter @repo/pdf-extractor bench:search --count ${count} --queries ${queryCount}\`.`);
  if (options.report !== undefined) await writeFile(join(options.report, "visual-search.md"), `${lines.join("\n")}\n`);
} finally {
  await database.close();
  await rm(directory, { recursive: true, force: true });
}
