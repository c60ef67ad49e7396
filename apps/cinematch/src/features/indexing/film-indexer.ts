import { setTimeout as sleep } from "node:timers/promises";
import { and, asc, eq, gt, not, or, sql } from "drizzle-orm";
import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import type { TextEmbedder } from "@repo/contracts/embed-text";
import { isSameModel, type ModelIdentity } from "@repo/contracts/model-info";
import { type FilmRow, toFilmText, toTextHash } from "../../film.ts";
import { type ActiveIndex, filmVectorDimensions, filmVectors, films, searchIndex } from "../../schema.ts";
import { fitReduction, reduceVector } from "./reduce-vectors.ts";

/** Films per request to the Space, and per transaction: what a kill loses at most. */
const filmsPerBatch = 64;
/** Films read per page of the catalogue. */
const filmsPerPage = 512;
/** Pause before another try when the Space cannot answer, milliseconds; doubles up to the maximum. */
const retryPauseMs = { first: 1_000, most: 30_000 };

/** How far the index is. */
interface IndexProgress {
  phase: "waiting" | "indexing" | "complete" | "stopped";
  /** Films with a vector of the wanted model, of all films. */
  done: number;
  total: number;
  /** Why it waits, for people. */
  problem?: string;
}

/** Keeps a vector for every film, in the background. */
export interface FilmIndexer {
  /** What semantic search may use now; undefined before the first vector. */
  active(): ActiveIndex | undefined;
  progress(): IndexProgress;
  /** Resolves when every film has a vector of the embedder's model; rejects when it was closed before. */
  completed: Promise<void>;
  /** Stops after the batch in hand. */
  close(): Promise<void>;
}

interface FilmIndexerOptions {
  db: Database;
  embedder: TextEmbedder;
  /** Reduce vectors to this many components; 0 keeps them whole. */
  reducedDimensions: number;
  onProgress?: (progress: IndexProgress) => void;
}

/** The index of the last run; undefined when there is none. */
export async function readActiveIndex(db: Database): Promise<ActiveIndex | undefined> {
  const [row] = await db.select().from(searchIndex).limit(1);
  return row && { identity: { model: row.model, revision: row.revision, dimensions: row.dimensions }, reduction: row.reduction };
}

async function writeActiveIndex(db: Database, { identity, reduction }: ActiveIndex): Promise<void> {
  const values = { ...identity, reduction, updatedAt: new Date() };
  await db
    .insert(searchIndex)
    .values({ id: 1, ...values })
    .onConflictDoUpdate({ target: searchIndex.id, set: values });
}

const isOfModel = ({ model, revision }: ModelIdentity) => and(eq(filmVectors.model, model), eq(filmVectors.revision, revision));

/** Pages through the catalogue; yields the films of each page whose vector is missing or was made of another text. */
async function* pageStaleFilms(db: Database, identity: ModelIdentity): AsyncGenerator<{ stale: FilmRow[]; fresh: number }> {
  for (let last = 0; ;) {
    const page = await db
      .select({ film: films, hash: filmVectors.textHash })
      .from(films)
      .leftJoin(filmVectors, and(eq(filmVectors.filmId, films.id), isOfModel(identity)))
      .where(gt(films.id, last))
      .orderBy(asc(films.id))
      .limit(filmsPerPage);
    const end = page.at(-1);
    if (!end) return;
    last = end.film.id;
    const stale = page.filter(({ film, hash }) => hash !== toTextHash(toFilmText(film))).map(({ film }) => film);
    yield { stale, fresh: page.length - stale.length };
  }
}

async function embedFilms(options: FilmIndexerOptions, index: ActiveIndex, batch: readonly FilmRow[], signal: AbortSignal): Promise<void> {
  const texts = batch.map(toFilmText);
  const { identity, vectors } = await options.embedder.embed({ texts }, { signal });
  if (!isSameModel(identity, index.identity)) {
    throw new CodedError(
      "model_mismatch",
      `The Space changed from ${index.identity.model} to ${identity.model} while the catalogue was being indexed.`,
    );
  }
  const rows = batch.map((film, position) => {
    const vector = vectors[position] ?? new Float32Array();
    return {
      filmId: film.id,
      model: identity.model,
      revision: identity.revision,
      textHash: toTextHash(texts[position] ?? ""),
      embedding: Array.from(vector),
      reduced: index.reduction && reduceVector(index.reduction, vector),
    };
  });
  await options.db
    .insert(filmVectors)
    .values(rows)
    .onConflictDoUpdate({
      target: [filmVectors.filmId, filmVectors.model, filmVectors.revision],
      set: { textHash: sql`excluded.text_hash`, embedding: sql`excluded.embedding`, reduced: sql`excluded.reduced` },
    });
}

/** Fits the reduction over all vectors and stores every film's reduced vector, in one transaction with the index row. */
async function applyReduction(db: Database, identity: ModelIdentity, size: number): Promise<ActiveIndex> {
  const rows = await db
    .select({ filmId: filmVectors.filmId, embedding: filmVectors.embedding })
    .from(filmVectors)
    .where(isOfModel(identity));
  const vectors = rows.map(({ embedding }) => embedding);
  const index = { identity, reduction: await fitReduction(vectors, size) };
  await db.transaction(async (transaction) => {
    for (const { filmId, embedding } of rows) {
      await transaction
        .update(filmVectors)
        .set({ reduced: reduceVector(index.reduction, embedding) })
        .where(and(eq(filmVectors.filmId, filmId), isOfModel(identity)));
    }
    await writeActiveIndex(transaction, index);
  });
  return index;
}

/**
 * Starts embedding every film that has no vector of the embedder's model yet. What is done is in the database after each
 * batch, so a process that is killed goes on where it was. While the Space cannot answer it waits and tries again.
 *
 * A model other than the index's is not mixed in: the old index stays the active one until the new one is complete.
 */
export function createFilmIndexer(options: FilmIndexerOptions): FilmIndexer {
  const { db, embedder, reducedDimensions } = options;
  const stop = new AbortController();
  let active: ActiveIndex | undefined;
  let progress: IndexProgress = { phase: "waiting", done: 0, total: 0 };
  const report = (change: Partial<IndexProgress>): void => {
    progress = { ...progress, ...change };
    options.onProgress?.(progress);
  };

  async function indexOnce(): Promise<void> {
    active ??= await readActiveIndex(db);
    const info = await embedder.info({ signal: stop.signal });
    const identity: ModelIdentity = { model: info.model, revision: info.revision, dimensions: info.dimensions };
    if (identity.dimensions !== filmVectorDimensions) {
      throw new CodedError(
        "invalid_request",
        `${identity.model} makes vectors of ${identity.dimensions} numbers; this catalogue stores ${filmVectorDimensions}.`,
      );
    }
    const isNewModel = active === undefined || !isSameModel(active.identity, identity);
    const index: ActiveIndex = active !== undefined && !isNewModel ? active : { identity, reduction: null };
    // With no index at all a growing one is better than none; an index of another model stays until this one is whole.
    if (active === undefined) await writeActiveIndex(db, (active = index));
    const total = await db.$count(films);
    let [done, changed] = [0, 0];
    report({ phase: "indexing", done, total });
    for await (const { stale, fresh } of pageStaleFilms(db, identity)) {
      report({ done: (done += fresh) });
      for (let from = 0; from < stale.length; from += filmsPerBatch) {
        const batch = stale.slice(from, from + filmsPerBatch);
        await embedFilms(options, index, batch, stop.signal);
        changed += batch.length;
        report({ phase: "indexing", done: (done += batch.length), total: Math.max(total, done) });
      }
    }
    const hasRightReduction = (index.reduction?.components.length ?? 0) === reducedDimensions;
    if (reducedDimensions === 0) active = { identity, reduction: null };
    else active = changed > 0 || !hasRightReduction ? await applyReduction(db, identity, reducedDimensions) : index;
    if (reducedDimensions === 0) await writeActiveIndex(db, active);
    await db.delete(filmVectors).where(not(or(isOfModel(identity)) ?? sql`false`));
    progress = { phase: "complete", done, total: Math.max(total, done) };
    options.onProgress?.(progress);
  }

  async function indexUntilComplete(): Promise<void> {
    for (let pauseMs = retryPauseMs.first; ; pauseMs = Math.min(pauseMs * 2, retryPauseMs.most)) {
      try {
        await indexOnce();
        return;
      } catch (error) {
        if (stop.signal.aborted) throw error;
        report({ phase: "waiting", problem: error instanceof Error ? error.message : String(error) });
      }
      await sleep(pauseMs, undefined, { signal: stop.signal });
    }
  }

  const completed = indexUntilComplete();
  // Nobody may be waiting for it; a closed indexer is no unhandled rejection.
  completed.catch(() => report({ phase: "stopped" }));
  return {
    active: () => active,
    progress: () => progress,
    completed,
    close: async () => {
      stop.abort(new CodedError("cancelled", "The app is stopping."));
      await completed.catch(() => undefined);
    },
  };
}
