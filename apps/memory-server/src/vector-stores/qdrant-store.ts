import type { Schemas } from "@qdrant/js-client-rest";
import type { Database } from "@repo/app-kit/open-database";
import { describeModel } from "@repo/client-kit/model-mismatch";
import { CodedError } from "@repo/contracts/coded-error";
import { isSameModel, modelIdentity, type ModelIdentity } from "@repo/contracts/model-info";
import type { Memory } from "../memory.ts";
import { checkVector } from "./check-vector.ts";
import { matchesMetadata, toFilterable } from "./match-metadata.ts";
import { splitFilter, toScopeConditions } from "./metadata-filter-to-qdrant.ts";
import { createQdrantConnection, type QdrantConnectionOptions } from "./qdrant-connection.ts";
import { toToday } from "./today.ts";
import { claimVectorIndex, forgetVectorIndex, reembedCommand } from "./vector-index.ts";
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
/** Payload fields that are filtered all the time; Qdrant answers such filters from an index. @source Mem0's list, and ours */
const indexedFields = { user_id: "keyword", agent_id: "keyword", run_id: "keyword", expiration_date: "datetime" } as const;
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
  const { run, address } = createQdrantConnection(options);
  const who = `Qdrant's collection ${collection} at ${address}`;
  let identity: ModelIdentity | undefined;
  const opened = (): ModelIdentity => {
    if (identity === undefined) throw new CodedError("internal", "The vector store is used before it is open.");
    return identity;
  };
  const exists = async () => (await run((client) => client.collectionExists(collection))).exists;
  const readInfo = async () => await run((client) => client.getCollection(collection));

  async function create(wanted: ModelIdentity): Promise<void> {
    const { model, revision, dimensions } = wanted;
    try {
      await run((client) =>
        client.createCollection(collection, {
          vectors: { size: dimensions, distance: "Cosine", on_disk: onDisk },
          metadata: { model, revision, dimensions, written_by: "outpost memory-server" },
        }),
      );
    } catch (error) {
      // Another process was faster, or an attempt that seemed to fail had arrived; what is there is checked next.
      if (!(await exists().catch(() => false))) throw error;
    }
  }

  async function ensureIndexes(info: Schemas["CollectionInfo"]): Promise<void> {
    for (const [field, schema] of Object.entries(indexedFields)) {
      if (Object.hasOwn(info.payload_schema, field)) continue;
      await run((client) => client.createPayloadIndex(collection, { field_name: field, field_schema: schema, wait: true }));
    }
  }

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
      if (!(await exists())) {
        if (claim === "known") throw gone(who);
        await create(wanted);
      }
      const info = await readInfo();
      checkCollection(info, wanted, who);
      if (readIdentity(info) === undefined) {
        const { model, revision, dimensions } = wanted;
        const metadata = { model, revision, dimensions, written_by: "outpost memory-server" };
        await run((client) => client.updateCollection(collection, { metadata }));
        if (readIdentity(await readInfo()) === undefined) throw tooOld(address);
      }
      await ensureIndexes(info);
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
      if (await exists()) {
        const info = await readInfo();
        if (readIdentity(info) === undefined && (info.points_count ?? 0) > 0) throw foreign(who, "It is not deleted.");
        await run((client) => client.deleteCollection(collection));
      }
      await forgetVectorIndex(db);
      identity = undefined;
    },
    count: async () => (await run((client) => client.count(collection, { exact: true }))).count,
    // Its idle connections keep no process alive and close by themselves.
    close: async () => await Promise.resolve(),
  };
}

function readIdentity(info: Schemas["CollectionInfo"]): ModelIdentity | undefined {
  return modelIdentity.safeParse(info.config.metadata).data;
}

/** @throws model_mismatch when the collection is for other vectors */
function checkCollection(info: Schemas["CollectionInfo"], wanted: ModelIdentity, who: string): void {
  const { vectors } = info.config.params;
  const ways = `Set another collection_name and a new collection is created, or embed everything anew into this one: ${reembedCommand}`;
  const refuse = (problem: string, actual: unknown) =>
    new CodedError("model_mismatch", `${who} ${problem} ${ways}`, { details: { expected: wanted, actual } });
  if (typeof vectors?.size !== "number")
    throw refuse("has named vectors; this server needs a collection with a single unnamed one.", Object.keys(vectors ?? {}));
  const { size, distance } = vectors as { size: number; distance?: unknown };
  if (size !== wanted.dimensions) {
    const trap = size === 1536 ? " (1536 is Mem0's default where no embedding_model_dims is set)" : "";
    throw refuse(`has vectors of ${size} dimensions${trap}; the model ${wanted.model} makes vectors of ${wanted.dimensions}.`, {
      dimensions: size,
    });
  }
  if (distance !== "Cosine") throw refuse(`compares by ${String(distance)}; this server needs Cosine.`, { distance });
  const stored = readIdentity(info);
  if (stored === undefined && (info.points_count ?? 0) > 0) throw foreign(who, "");
  if (stored !== undefined && !isSameModel(stored, wanted))
    throw refuse(`has vectors of ${describeModel(stored)}, not of ${describeModel(wanted)}; the two cannot be compared.`, stored);
}

function foreign(who: string, end: string): CodedError {
  return new CodedError(
    "model_mismatch",
    `${who} was filled by another program and does not say by which model, so nothing can be compared with it. Set another collection_name. ${end}`.trim(),
    { details: { cause: "foreign_collection" } },
  );
}

function gone(who: string): CodedError {
  return new CodedError(
    "not_found",
    `${who} is gone, but the database has memories whose vectors were in it. Bring the collection back from a snapshot, or embed everything anew: ${reembedCommand}`,
  );
}

function tooOld(address: string): CodedError {
  return new CodedError("invalid_request", `Qdrant at ${address} keeps no metadata of collections: version 1.16 or newer is needed.`);
}

/** Unnamed vectors are a list; beside other vectors (Mem0's "bm25") they are the one without a name. */
function toDense(vector: unknown): number[] | undefined {
  const dense = Array.isArray(vector) ? (vector as unknown[]) : (vector as Record<string, unknown> | null | undefined)?.[""];
  return Array.isArray(dense) && typeof dense[0] === "number" ? (dense as number[]) : undefined;
}
