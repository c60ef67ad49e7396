import type { Schemas } from "@qdrant/js-client-rest";
import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import type { ModelIdentity } from "@repo/contracts/model-info";
import type { Memory } from "../memory.ts";
import { checkVector } from "./check-vector.ts";
import { matchesMetadata, toFilterable } from "./match-metadata.ts";
import { splitFilter, toScopeConditions } from "./metadata-filter-to-qdrant.ts";
import { deleteQdrantCollection, openQdrantCollection } from "./qdrant-collection.ts";
import { createQdrantConnection, type QdrantConnectionOptions } from "./qdrant-connection.ts";
import { toToday } from "./today.ts";
import { claimVectorIndex, forgetVectorIndex } from "./vector-index.ts";
import type { VectorMatch, VectorStore } from "./vector-store.ts";

/** Options of {@link createQdrantStore}. */
export interface QdrantStoreOptions extends QdrantConnectionOptions {
  /** Database with the memories; it notes which collection belongs to them. */
  db: Database;
  /** Name of the collection; letters, digits, _ - and dots. */
  collection: string;
  /** Vectors on disk instead of in memory, for a collection that is created. Default false. */
  onDisk?: boolean | undefined;
}

/** Points per request: 100 vectors of 768 numbers are 1 MB as JSON, Qdrant's limit is 32 MB. */
const pointsPerRequest = 100;
/** Most points that are read to evaluate what Qdrant cannot (contains, icontains). */
const maxCandidates = 10_000;

/** Nine digits give back every float32, in half the characters. */
function toNumbers(vector: Float32Array): number[] {
  return Array.from(vector, (number) => Number(number.toPrecision(9)));
}

/** What Mem0 writes for the same memory, so that its tools can read the collection; what is not set is left out. */
function toPayload(memory: Memory): Record<string, unknown> {
  return Object.fromEntries(Object.entries(toFilterable(memory)).filter(([, value]) => value !== null));
}

/**
 * Vectors in a collection of a Qdrant server. Needs Qdrant 1.16 or newer: the model of the vectors is written into the
 * collection's own metadata, so that the vectors and the note about them cannot get separated.
 * @throws invalid_request for an address or a name that is none
 */
export function createQdrantStore(options: QdrantStoreOptions): VectorStore {
  const { db, collection, onDisk = false } = options;
  if (!/^[\w.-]{1,255}$/.test(collection) || /^\.+$/.test(collection))
    throw new CodedError("invalid_request", "The name of a Qdrant collection has letters, digits, _ - and dots only.");
  const connection = createQdrantConnection(options);
  const { run } = connection;
  let identity: ModelIdentity | undefined;
  const opened = (): ModelIdentity => {
    if (identity === undefined) throw new CodedError("internal", "The vector store is used before it is open.");
    return identity;
  };

  async function searchOnce(vector: Float32Array, must: Schemas["Condition"][], limit: number, withPayload: boolean) {
    const { points } = await run((client) =>
      client.query(collection, {
        query: toNumbers(vector),
        limit,
        with_payload: withPayload,
        ...(must.length === 0 ? {} : { filter: { must } }),
      }),
    );
    return points;
  }

  return {
    kind: "qdrant",
    async open(wanted) {
      const claim = await claimVectorIndex(db, { store: "qdrant", collection, identity: wanted });
      await openQdrantCollection(connection, { collection, identity: wanted, onDisk, mayCreate: claim === "new" });
      identity = wanted;
    },
    async upsert(points) {
      const { dimensions } = opened();
      for (const { vector } of points) checkVector(vector, dimensions);
      for (let from = 0; from < points.length; from += pointsPerRequest) {
        const slice = points.slice(from, from + pointsPerRequest);
        const body = slice.map(({ memory, vector }) => ({ id: memory.id, vector: toNumbers(vector), payload: toPayload(memory) }));
        await run((client) => client.upsert(collection, { wait: true, points: body }));
      }
    },
    async update(changed) {
      opened();
      for (let from = 0; from < changed.length; from += pointsPerRequest) {
        // By a filter on ids: a list of ids is refused whole when one of them is unknown.
        const operations = changed.slice(from, from + pointsPerRequest).map((memory) => ({
          overwrite_payload: { payload: toPayload(memory), filter: { must: [{ has_id: [memory.id] }] } },
        }));
        await run((client) => client.batchUpdate(collection, { wait: true, operations }));
      }
    },
    async search({ vector, scope, limit, minScore, filter, includeExpired = false }) {
      checkVector(vector, opened().dimensions);
      if (limit <= 0) return [];
      const { qdrant, rest } = filter === undefined ? { qdrant: [], rest: undefined } : splitFilter(filter);
      const must = [...toScopeConditions(scope, includeExpired ? undefined : toToday()), ...qdrant];
      const toMatches = (points: Schemas["ScoredPoint"][]): VectorMatch[] =>
        points
          .map(({ id, score }) => ({ id: String(id), score }))
          .filter(({ score }) => minScore === undefined || score >= minScore)
          .toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
      if (rest === undefined) return toMatches(await searchOnce(vector, must, limit, false));
      for (let candidates = Math.max(100, 4 * limit); ; candidates = Math.min(maxCandidates, 4 * candidates)) {
        const points = await searchOnce(vector, must, candidates, true);
        const matching = points.filter(({ payload }) => matchesMetadata(rest, payload ?? {})).slice(0, limit);
        if (matching.length === limit || points.length < candidates || candidates >= maxCandidates) return toMatches(matching);
      }
    },
    async read(ids) {
      opened();
      const vectors = new Map<string, Float32Array>();
      for (let from = 0; from < ids.length; from += pointsPerRequest * 5) {
        const slice = ids.slice(from, from + pointsPerRequest * 5);
        const points = await run((client) => client.retrieve(collection, { ids: slice, with_vector: true, with_payload: false }));
        for (const { id, vector } of points) {
          const numbers = toDense(vector);
          if (numbers !== undefined) vectors.set(String(id), Float32Array.from(numbers));
        }
      }
      return vectors;
    },
    async remove(ids) {
      opened();
      for (let from = 0; from < ids.length; from += 1_000) {
        const points = ids.slice(from, from + 1_000);
        await run((client) => client.delete(collection, { wait: true, points }));
      }
    },
    async removeAll() {
      await deleteQdrantCollection(connection, collection);
      await forgetVectorIndex(db);
      identity = undefined;
    },
    count: async () => (await run((client) => client.count(collection, { exact: true }))).count,
    // Its idle connections keep no process alive and close by themselves.
    close: async () => await Promise.resolve(),
  };
}

/** Unnamed vectors are a list; beside other vectors (Mem0's "bm25") they are the one without a name. */
function toDense(vector: unknown): number[] | undefined {
  const dense = Array.isArray(vector) ? (vector as unknown[]) : (vector as Record<string, unknown> | null | undefined)?.[""];
  return Array.isArray(dense) && typeof dense[0] === "number" ? (dense as number[]) : undefined;
}
