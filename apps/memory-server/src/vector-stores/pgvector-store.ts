import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import type { ModelIdentity } from "@repo/contracts/model-info";
import { and, asc, count, eq, gte, inArray, isNull, or, sql, type SQL } from "drizzle-orm";
import type { MemoryScope } from "../memory-scope.ts";
import { memories, memoryVectors } from "../schema.ts";
import { checkVector } from "./check-vector.ts";
import { toSqlCondition } from "./metadata-filter-to-sql.ts";
import { toToday } from "./today.ts";
import { claimVectorIndex, forgetVectorIndex } from "./vector-index.ts";
import type { VectorMatch, VectorQuery, VectorStore } from "./vector-store.ts";

/** Options of {@link createPgvectorStore}. */
export interface PgvectorStoreOptions {
  db: Database;
  /** hnsw: large searches go through an index and may miss a neighbour; none: every vector in question is compared. */
  index: "hnsw" | "none";
  /** Up to so many memories in question, all are compared even where there is an index. Default 10,000. */
  maxExact?: number;
}

/** Rows per statement; a vector of 768 numbers is 9 kB as text. */
const rowsPerStatement = 100;
/** New rows after which the planner is told how many there are: PGlite has nothing that does it in the background. */
const rowsPerStatistics = 2_000;
/** Longest vector that an index of pgvector takes. @source https://github.com/pgvector/pgvector, HNSW */
const maxIndexedDimensions = 2_000;
/** Longest vector that fits into a page with its row: 8,160 bytes, less the header, the id and the model's name. */
const maxInlineDimensions = 1_900;

/** As pgvector reads it; nine digits give back every float32. */
function toText(vector: Float32Array): string {
  return `[${Array.from(vector, (number) => number.toPrecision(9)).join(",")}]`;
}

/** Rows of `memories` that a query is about; what both stores understand by a scope. */
export function toScopeCondition(scope: MemoryScope, today: string | undefined): SQL | undefined {
  return and(
    scope.userId === undefined ? undefined : eq(memories.userId, scope.userId),
    scope.agentId === undefined ? undefined : eq(memories.agentId, scope.agentId),
    scope.runId === undefined ? undefined : eq(memories.runId, scope.runId),
    today === undefined ? undefined : or(isNull(memories.expiresOn), gte(memories.expiresOn, today)),
  );
}

/**
 * Vectors in the same database as the memories, so that one transaction writes both and one query filters both.
 *
 * An index for nearest neighbours finds candidates first and filters them afterwards, so a narrow filter can leave it with
 * less than there is. Therefore: few memories in question (which is every ordinary user) are all compared, which is exact;
 * many go through the index, which goes on looking (iterative scan) until it has enough; and should it give up before,
 * all are compared after all. So a search never answers less than there is.
 * @source https://github.com/pgvector/pgvector, "Filtering" and "Iterative Index Scans" (0.8.0 or newer)
 */
export function createPgvectorStore({ db, index, maxExact = 10_000 }: PgvectorStoreOptions): VectorStore {
  let identity: ModelIdentity | undefined;
  // What the planner does not know of; everything, after a start.
  let unseenRows = Number.POSITIVE_INFINITY;
  const opened = (): ModelIdentity => {
    if (identity === undefined) throw new CodedError("internal", "The vector store is used before it is open.");
    return identity;
  };

  async function searchExactly(where: SQL | undefined, vector: SQL, limit: number): Promise<VectorMatch[]> {
    // The index is on a cast to the length in use; without the cast it is not used.
    return await selectNearest(db, where, sql`${memoryVectors.embedding} <=> ${vector}`, limit);
  }

  async function searchIndex(where: SQL | undefined, vector: SQL, limit: number, dimensions: number): Promise<VectorMatch[]> {
    const distance = sql`${memoryVectors.embedding}::${typeOf(dimensions)} <=> ${vector}::${typeOf(dimensions)}`;
    if (unseenRows >= rowsPerStatistics) {
      unseenRows = 0;
      await db.execute(sql`analyze ${memories} (id, user_id, agent_id, run_id)`);
      await db.execute(sql`analyze ${memoryVectors} (memory_id)`);
    }
    return await db.transaction(async (transaction) => {
      const breadth = String(Math.min(1_000, Math.max(100, 2 * limit)));
      // The index gives the order by itself; a planner that underestimates what there is would sort everything.
      await transaction.execute(
        sql`select set_config('hnsw.iterative_scan', 'strict_order', true), set_config('hnsw.ef_search', ${breadth}, true), set_config('enable_sort', 'off', true)`,
      );
      return await selectNearest(transaction, where, distance, limit);
    });
  }

  async function isLarge(where: SQL | undefined): Promise<boolean> {
    const some = db
      .select({ one: sql`1`.as("one") })
      .from(memories)
      .where(where)
      .limit(maxExact + 1)
      .as("some");
    const [row] = await db.select({ count: count() }).from(some);
    return (row?.count ?? 0) > maxExact;
  }

  return {
    kind: "pgvector",
    async open(wanted) {
      await claimVectorIndex(db, { store: "pgvector", collection: "memory_vectors", identity: wanted });
      await keepInline(db, wanted.dimensions);
      if (index === "hnsw" && wanted.dimensions <= maxIndexedDimensions) await createIndex(db, wanted.dimensions);
      identity = wanted;
    },
    async upsert(points, transaction = db) {
      const { model, revision, dimensions } = opened();
      for (const { vector } of points) checkVector(vector, dimensions);
      unseenRows += points.length;
      for (let from = 0; from < points.length; from += rowsPerStatement) {
        const rows = points.slice(from, from + rowsPerStatement).map(({ memory, vector }) => ({
          memoryId: memory.id,
          model,
          revision,
          embedding: sql<number[]>`${toText(vector)}::vector`,
        }));
        await transaction
          .insert(memoryVectors)
          .values(rows)
          .onConflictDoUpdate({
            target: memoryVectors.memoryId,
            set: { model: sql`excluded.model`, revision: sql`excluded.revision`, embedding: sql`excluded.embedding` },
          });
      }
    },
    // The filter reads the memories' own rows.
    update: async () => await Promise.resolve(),
    async search({ vector, scope, limit, minScore, filter, includeExpired = false }: VectorQuery) {
      const { dimensions } = opened();
      checkVector(vector, dimensions);
      if (limit <= 0) return [];
      const where = and(
        toScopeCondition(scope, includeExpired ? undefined : toToday()),
        filter === undefined ? undefined : toSqlCondition(filter),
      );
      const parameter = sql`${toText(vector)}::vector`;
      const hasIndex = index === "hnsw" && dimensions <= maxIndexedDimensions;
      let found = hasIndex && (await isLarge(where)) ? await searchIndex(where, parameter, limit, dimensions) : undefined;
      if (found === undefined || found.length < limit) found = await searchExactly(where, parameter, limit);
      return found.filter(({ score }) => minScore === undefined || score >= minScore);
    },
    async read(ids) {
      const vectors = new Map<string, Float32Array>();
      for (let from = 0; from < ids.length; from += 1_000) {
        const rows = await db
          .select({ id: memoryVectors.memoryId, embedding: memoryVectors.embedding })
          .from(memoryVectors)
          .where(inArray(memoryVectors.memoryId, ids.slice(from, from + 1_000)));
        for (const { id, embedding } of rows) vectors.set(id, Float32Array.from(embedding));
      }
      return vectors;
    },
    async remove(ids, transaction = db) {
      for (let from = 0; from < ids.length; from += 1_000)
        await transaction.delete(memoryVectors).where(inArray(memoryVectors.memoryId, ids.slice(from, from + 1_000)));
    },
    async removeAll() {
      await db.transaction(async (transaction) => {
        await transaction.execute(sql`drop index if exists memory_vectors_hnsw`);
        await transaction.execute(sql`truncate ${memoryVectors}`);
        await forgetVectorIndex(transaction);
      });
      identity = undefined;
    },
    count: async () => await db.$count(memoryVectors),
    // The database is its owner's to close.
    close: async () => await Promise.resolve(),
  };
}

function typeOf(dimensions: number): SQL {
  return sql.raw(`vector(${Math.trunc(dimensions)})`);
}

async function selectNearest(db: Database, where: SQL | undefined, distance: SQL, limit: number): Promise<VectorMatch[]> {
  const rows = await db
    .select({ id: memoryVectors.memoryId, distance: sql<number>`${distance}`.mapWith(Number).as("distance") })
    .from(memoryVectors)
    .innerJoin(memories, eq(memories.id, memoryVectors.memoryId))
    .where(where)
    // An order by the id as well would keep the index from being used.
    .orderBy(asc(sql`distance`))
    .limit(limit);
  return rows.map((row) => ({ id: row.id, score: 1 - row.distance })).toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
}

/**
 * PostgreSQL moves values over 2 kB out of the row; reading every vector back from there takes three times as long as
 * reading rows (20 ms against 60 ms for 5,000 x 768, PGlite).
 */
async function keepInline(db: Database, dimensions: number): Promise<void> {
  const storage = dimensions <= maxInlineDimensions ? "plain" : "external";
  const kept = await db.execute<{ attstorage: string }>(
    sql`select attstorage from pg_attribute where attrelid = ${"memory_vectors"}::regclass and attname = 'embedding'`,
  );
  const { rows } = kept as unknown as { rows: { attstorage: string }[] };
  if (rows[0]?.attstorage === storage[0]) return;
  await db.execute(sql`alter table ${memoryVectors} alter column embedding set storage ${sql.raw(storage)}`);
}

/** In seconds while there is little in the table, which is when it is first opened; from then on every insert keeps it. */
async function createIndex(db: Database, dimensions: number): Promise<void> {
  await db.transaction(async (transaction) => {
    await transaction.execute(sql`set local statement_timeout = 0`);
    await transaction.execute(
      sql`create index if not exists memory_vectors_hnsw on ${memoryVectors} using hnsw ((embedding::${typeOf(dimensions)}) vector_cosine_ops)`,
    );
  });
}
