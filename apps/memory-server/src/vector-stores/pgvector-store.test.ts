import { expect, test } from "vitest";
import { sql } from "drizzle-orm";
import {
  createRandom,
  describeVectorStore,
  openTestDatabase,
  testIdentity,
  toTestMemory,
  toTestVector,
} from "../../test/vector-store-conformance.ts";
import { memories } from "../schema.ts";
import { createPgvectorStore } from "./pgvector-store.ts";

describeVectorStore((db) => createPgvectorStore({ db, index: "hnsw", maxExact: 50 }));

const randomVector = (random: () => number) => toTestVector(...Array.from({ length: testIdentity.dimensions }, () => random() - 0.5));

test("through the index a narrow filter still finds everything there is", async () => {
  const database = await openTestDatabase();
  const store = createPgvectorStore({ db: database.db, index: "hnsw", maxExact: 0 });
  await store.open(testIdentity);
  const random = createRandom(7);
  const points = Array.from({ length: 600 }, (_, index) => ({
    memory: toTestMemory({ userId: index < 3 ? "few" : "many" }),
    vector: randomVector(random),
  }));
  await database.db.insert(memories).values(points.map(({ memory }) => memory));
  await store.upsert(points);
  const found = await store.search({ vector: randomVector(random), scope: { userId: "few" }, limit: 10 });
  expect(new Set(found.map(({ id }) => id))).toEqual(new Set(points.slice(0, 3).map(({ memory }) => memory.id)));
  expect(await store.search({ vector: randomVector(random), scope: { userId: "many" }, limit: 700 })).toHaveLength(597);
  await database.close();
});

test("a row that is deleted takes its vector along, and a transaction that fails leaves none", async () => {
  const database = await openTestDatabase();
  const store = createPgvectorStore({ db: database.db, index: "none" });
  await store.open(testIdentity);
  const point = { memory: toTestMemory(), vector: toTestVector(1) };
  const failing = database.db.transaction(async (transaction) => {
    await transaction.insert(memories).values(point.memory);
    await store.upsert([point], transaction);
    throw new Error("the transaction fails");
  });
  await expect(failing).rejects.toThrow("the transaction fails");
  expect(await store.count()).toBe(0);
  await database.db.insert(memories).values(point.memory);
  await store.upsert([point]);
  await database.db.delete(memories);
  expect(await store.count()).toBe(0);
  await database.close();
});

test("the index is made for vectors of the model's length", async () => {
  const database = await openTestDatabase();
  await createPgvectorStore({ db: database.db, index: "hnsw" }).open(testIdentity);
  const { rows } = (await database.db.execute(sql`select indexdef from pg_indexes where indexname = 'memory_vectors_hnsw'`)) as unknown as {
    rows: { indexdef: string }[];
  };
  expect(rows[0]?.indexdef).toContain("vector(8)");
  await database.close();
});

test("a store that is not open says so, and one for no model can be opened for longer vectors than an index takes", async () => {
  const database = await openTestDatabase();
  const store = createPgvectorStore({ db: database.db, index: "hnsw" });
  await expect(store.search({ vector: toTestVector(1), scope: {}, limit: 1 })).rejects.toMatchObject({ code: "internal" });
  const long = { model: "long", revision: "1", dimensions: 3_072 };
  await store.open(long);
  const point = { memory: toTestMemory(), vector: new Float32Array(3_072).fill(0.5) };
  await database.db.insert(memories).values(point.memory);
  await store.upsert([point]);
  expect((await store.search({ vector: point.vector, scope: {}, limit: 1 }))[0]?.score).toBeCloseTo(1, 5);
  await database.close();
});
