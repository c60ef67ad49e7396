import { randomUUID } from "node:crypto";
import { openDatabase, type Database, type OpenDatabase } from "@repo/app-kit/open-database";
import type { ModelIdentity } from "@repo/contracts/model-info";
import { testDatabase } from "@repo/testing/test-database";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Memory } from "../src/memory.ts";
import { memories } from "../src/schema.ts";
import { matchesMetadata, toFilterable } from "../src/vector-stores/match-metadata.ts";
import { parseMetadataFilter } from "../src/vector-stores/parse-metadata-filter.ts";
import { readVectorIndex } from "../src/vector-stores/vector-index.ts";
import type { VectorStore } from "../src/vector-stores/vector-store.ts";

export const testIdentity: ModelIdentity = { model: "outpost/test", revision: "1", dimensions: 8 };

const migrationsFolder = new URL("../migrations", import.meta.url).pathname;

/** A database takes seconds to start where many tests run at once. */
const hookTimeoutMs = 60_000;

/** The app's database in memory. */
export async function openTestDatabase(): Promise<OpenDatabase> {
  return await openDatabase({ ...testDatabase(), migrationsFolder });
}

/** A memory of Ann's; `changes` says what is different about it. */
export function toTestMemory(changes: Partial<Memory> = {}): Memory {
  const at = new Date("2026-11-01T12:00:00.000Z");
  const memory = {
    id: randomUUID(),
    text: "a text",
    hash: "",
    userId: "ann",
    agentId: null,
    runId: null,
    metadata: {},
    role: null,
    expiresOn: null,
  };
  return { ...memory, createdAt: at, updatedAt: at, ...changes };
}

/** A vector of the first numbers given, the rest zeros. */
export function toTestVector(...numbers: number[]): Float32Array {
  return Float32Array.from({ length: testIdentity.dimensions }, (_, index) => numbers[index] ?? 0);
}

/** Pseudo-random, the same in every run. @source Park and Miller's generator, multiplier 48271 */
export function createRandom(seed = 1): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, index) => sum + value * (y[index] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** Stores a memory's row and its vector in the order in which each store wants them. */
async function put(db: Database, store: VectorStore, points: { memory: Memory; vector: Float32Array }[]): Promise<void> {
  if (store.kind === "qdrant") await store.upsert(points);
  await db.transaction(async (transaction) => {
    for (let from = 0; from < points.length; from += 500)
      await transaction
        .insert(memories)
        .values(points.slice(from, from + 500).map(({ memory }) => memory))
        .onConflictDoNothing();
    if (store.kind === "pgvector") await store.upsert(points, transaction);
  });
}

/** The store under test on its own database. */
interface Harness {
  store: VectorStore;
  db: Database;
  /** Empties everything and stores these. */
  fresh(points: { memory: Memory; vector: Float32Array }[]): Promise<void>;
  /** Another store on the same data, not open. */
  createStore(db: Database): VectorStore;
}

/**
 * What both vector stores have to do alike.
 * @param createStore a store on this database that is not open; called again for a second look at the same data
 */
export function describeVectorStore(createStore: (db: Database) => VectorStore): void {
  describe("as every vector store", () => {
    let database: OpenDatabase;
    const harness = {
      createStore,
      async fresh(points) {
        await harness.store.removeAll();
        await harness.db.delete(memories);
        await harness.store.open(testIdentity);
        await put(harness.db, harness.store, points);
      },
    } as Harness;
    beforeAll(async () => {
      database = await openTestDatabase();
      Object.assign(harness, { db: database.db, store: createStore(database.db) });
    }, hookTimeoutMs);
    afterAll(async () => {
      await harness.store.removeAll();
      await harness.store.close();
      await database.close();
    }, hookTimeoutMs);
    testSearching(harness);
    testKeeping(harness);
  });
}

function testSearching(harness: Harness): void {
  test("the nearest come first, with their cosine as score, no more than asked for", async () => {
    const [near, middle, far] = [toTestMemory(), toTestMemory(), toTestMemory()];
    const vectors = [toTestVector(2, 0.2), toTestVector(1, 1), toTestVector(-1, 0.1)];
    await harness.fresh([near, middle, far].map((memory, index) => ({ memory, vector: vectors[index] ?? toTestVector(1) })));
    const query = toTestVector(1, 0, 0);
    const found = await harness.store.search({ vector: query, scope: {}, limit: 10 });
    expect(found.map(({ id }) => id)).toEqual([near.id, middle.id, far.id]);
    for (const [index, { score }] of found.entries()) expect(score).toBeCloseTo(cosine(query, vectors[index] ?? query), 5);
    expect(await harness.store.search({ vector: query, scope: {}, limit: 2 })).toHaveLength(2);
    expect((await harness.store.search({ vector: query, scope: {}, limit: 10, minScore: 0.5 })).map(({ id }) => id)).toEqual([
      near.id,
      middle.id,
    ]);
  });

  test("storing an id again replaces its vector, and reading gives back the direction that was stored", async () => {
    const memory = toTestMemory();
    await harness.fresh([{ memory, vector: toTestVector(1, 0) }]);
    await put(harness.db, harness.store, [{ memory, vector: toTestVector(0, 3, 4) }]);
    expect(await harness.store.count()).toBe(1);
    const read = await harness.store.read([memory.id, randomUUID()]);
    expect([...read.keys()]).toEqual([memory.id]);
    expect(cosine(read.get(memory.id) ?? toTestVector(1), toTestVector(0, 3, 4))).toBeCloseTo(1, 6);
  });

  test("nobody's memories are found in another's scope, whatever the metadata pretend", async () => {
    const mine = toTestMemory({ userId: "ann", agentId: "a" });
    const other = toTestMemory({ userId: "bob", metadata: { user_id: "ann" } });
    const agents = toTestMemory({ userId: "ann", agentId: "b", runId: "r" });
    await harness.fresh([mine, other, agents].map((memory) => ({ memory, vector: toTestVector(1) })));
    const find = async (scope: object) =>
      new Set((await harness.store.search({ vector: toTestVector(1), scope, limit: 10 })).map(({ id }) => id));
    expect(await find({ userId: "ann" })).toEqual(new Set([mine.id, agents.id]));
    expect(await find({ userId: "ann", agentId: "b" })).toEqual(new Set([agents.id]));
    expect(await find({ userId: "ann", agentId: "b", runId: "other" })).toEqual(new Set());
    expect(await find({ userId: "bob" })).toEqual(new Set([other.id]));
    expect(await find({ userId: "an" })).toEqual(new Set());
    expect(await find({})).toEqual(new Set([mine.id, other.id, agents.id]));
    const filter = parseMetadataFilter({ user_id: "ann" });
    expect(await harness.store.search({ vector: toTestVector(1), scope: { userId: "bob" }, limit: 10, filter })).toEqual([]);
  });

  test("a memory is found on its last day and no more on the next", async () => {
    const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
    const [past, today, future] = [-1, 0, 1].map((offset) => toTestMemory({ expiresOn: day(offset) }));
    if (past === undefined || today === undefined || future === undefined) throw new Error("three days");
    await harness.fresh([past, today, future].map((memory) => ({ memory, vector: toTestVector(1) })));
    const found = await harness.store.search({ vector: toTestVector(1), scope: {}, limit: 10 });
    expect(new Set(found.map(({ id }) => id))).toEqual(new Set([today.id, future.id]));
    expect(await harness.store.search({ vector: toTestVector(1), scope: {}, limit: 10, includeExpired: true })).toHaveLength(3);
  });

  test.each(filters)("filter %s finds what its meaning says", async (json) => {
    if ((await harness.store.count().catch(() => 0)) !== filtered.length)
      await harness.fresh(filtered.map((memory, index) => ({ memory, vector: toTestVector(1, index / 10) })));
    const filter = parseMetadataFilter(JSON.parse(json));
    const expected = filtered.filter((memory) => matchesMetadata(filter, toFilterable(memory))).map(({ id }) => id);
    const found = (await harness.store.search({ vector: toTestVector(1), scope: {}, limit: 50, filter })).map(({ id }) => id);
    expect(new Set(found)).toEqual(new Set(expected));
    expect(found).toHaveLength(expected.length);
  });
}

function testKeeping(harness: Harness): void {
  test("what changed besides the text is seen by the next filter, and the vector stays", async () => {
    const memory = toTestMemory({ metadata: { topic: "food" } });
    await harness.fresh([{ memory, vector: toTestVector(1, 2) }]);
    const changed = { ...memory, metadata: { topic: "travel" } };
    await harness.db.update(memories).set({ metadata: changed.metadata });
    await harness.store.update([changed, toTestMemory()]);
    const find = async (topic: string) =>
      await harness.store.search({ vector: toTestVector(1, 2), scope: {}, limit: 5, filter: parseMetadataFilter({ topic }) });
    expect(await find("food")).toEqual([]);
    expect((await find("travel"))[0]?.score).toBeCloseTo(1, 5);
    expect(await harness.store.count()).toBe(1);
  });

  test("removed memories are gone, unknown ids do no harm, and after removing all another model may come", async () => {
    const [one, two] = [toTestMemory(), toTestMemory()];
    await harness.fresh([one, two].map((memory) => ({ memory, vector: toTestVector(1) })));
    await harness.store.remove([one.id, randomUUID()]);
    expect((await harness.store.search({ vector: toTestVector(1), scope: {}, limit: 5 })).map(({ id }) => id)).toEqual([two.id]);
    await harness.store.removeAll();
    expect(await readVectorIndex(harness.db)).toBeUndefined();
    await harness.store.open({ model: "outpost/other", revision: "9", dimensions: 3 });
    expect(await harness.store.count()).toBe(0);
    await harness.store.upsert([{ memory: two, vector: Float32Array.of(1, 2, 3) }]);
    expect((await harness.store.search({ vector: Float32Array.of(1, 2, 3), scope: {}, limit: 5 }))[0]?.id).toBe(two.id);
  });

  test("opened again it has everything, and for another model or length it is refused with the way out", async () => {
    const memory = toTestMemory();
    await harness.fresh([{ memory, vector: toTestVector(1) }]);
    const again = harness.createStore(harness.db);
    await again.open(testIdentity);
    expect((await again.search({ vector: toTestVector(1), scope: {}, limit: 5 }))[0]?.id).toBe(memory.id);
    for (const change of [{ model: "other/model" }, { revision: "2" }, { dimensions: 16 }]) {
      const refusal = await harness
        .createStore(harness.db)
        .open({ ...testIdentity, ...change })
        .catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: "model_mismatch", message: expect.stringContaining("reembed") });
    }
    expect(await harness.store.count()).toBe(1);
  });

  test("vectors of another length, of zeros or with NaN are refused before anything is stored", async () => {
    const memory = toTestMemory();
    await harness.fresh([]);
    for (const vector of [Float32Array.of(1, 2), toTestVector(), toTestVector(Number.NaN)]) {
      await expect(harness.store.upsert([{ memory, vector }])).rejects.toMatchObject({ code: "invalid_request" });
      await expect(harness.store.search({ vector, scope: {}, limit: 3 })).rejects.toMatchObject({ code: "invalid_request" });
    }
    expect(await harness.store.count()).toBe(0);
  });

  test("of 1,000 memories it finds the same as comparing every one", async () => {
    const random = createRandom();
    const points = Array.from({ length: 1_000 }, (_, index) => ({
      memory: toTestMemory({ userId: index % 10 === 0 ? "rare" : "common" }),
      vector: toTestVector(...Array.from({ length: testIdentity.dimensions }, () => random() - 0.5)),
    }));
    await harness.fresh(points);
    expect(await harness.store.count()).toBe(1_000);
    for (const userId of ["rare", "common", undefined]) {
      const query = toTestVector(...Array.from({ length: testIdentity.dimensions }, () => random() - 0.5));
      const expected = points
        .filter(({ memory }) => userId === undefined || memory.userId === userId)
        .map(({ memory, vector }) => ({ id: memory.id, score: cosine(query, vector) }))
        .toSorted((a, b) => b.score - a.score)
        .slice(0, 20);
      const found = await harness.store.search({ vector: query, scope: userId === undefined ? {} : { userId }, limit: 20 });
      expect(found.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
      for (const [index, { score }] of found.entries()) expect(score).toBeCloseTo(expected[index]?.score ?? 0, 5);
    }
  });
}

const filtered = [
  { topic: "food", stars: 5, tags: ["a", "b"], done: true, on: "2026-11-01", "two words": "x" },
  { topic: "food", stars: 3.5, tags: ["b"], done: false, on: "2026-11-21T10:00:00Z" },
  { topic: "Travel", stars: 1, tags: [], on: "2026-11-21T10:00:00+02:00" },
  { topic: "travel by train", stars: "5", tags: ["c", 7], on: "2026-13-45" },
  { topic: null, stars: -2 },
  {},
  { topic: ["food", "travel"], on: "tomorrow", nested: { topic: "food" } },
  { topic: "50% off_%\\", data: "not the text", "it's": 1 },
  { topic: "ÉCLAIR", done: "true", stars: 4e21 },
].map((metadata, index) =>
  toTestMemory({
    metadata,
    text: `text ${index}`,
    userId: index % 2 === 0 ? "ann" : "bob",
    role: index === 3 ? "user" : null,
    createdAt: new Date(Date.UTC(2026, 0, 1 + index)),
  }),
);

const filters = [
  { topic: "food" },
  { topic: { ne: "food" } },
  { NOT: [{ topic: "food" }] },
  { NOT: [{ topic: "food" }, { stars: { gte: 1 } }] },
  { topic: "*" },
  { NOT: [{ topic: "*" }] },
  { tags: "*" },
  { tags: "b" },
  { tags: { in: ["a", "c"] } },
  { tags: { nin: ["a", 7] } },
  { tags: ["a", 7] },
  { tags: { in: [] } },
  { tags: { nin: [] } },
  { stars: 5 },
  { stars: "5" },
  { stars: 3.5 },
  { stars: { gt: 1, lte: 5 } },
  { stars: { lt: 0 } },
  { stars: { gte: 4e21 } },
  { done: true },
  { done: { ne: true } },
  { on: { gte: "2026-11-21" } },
  { on: { gt: "2026-11-21T08:00:00Z" } },
  { on: { lte: "2026-11-21T10:00:00+02:00" } },
  { topic: { contains: "travel" } },
  { topic: { icontains: "TRAVEL" } },
  { topic: { icontains: "éclair" } },
  { topic: { contains: "%" } },
  { topic: { contains: "_%\\" } },
  { NOT: [{ topic: { icontains: "FOOD" } }], stars: { gt: 0 } },
  { OR: [{ topic: { icontains: "trav" } }, { stars: 5 }] },
  { AND: [{ topic: "food" }, { OR: [{ stars: 5 }, { done: false }] }] },
  { OR: [{ tags: "c" }, { NOT: [{ stars: "*" }] }] },
  { "two words": "x" },
  { missing: { ne: "x" } },
  { user_id: "bob", role: "*" },
  { data: { contains: "text 7" } },
  { created_at: { gte: "2026-01-05", lt: "2026-01-07" } },
].map((filter) => JSON.stringify(filter));
