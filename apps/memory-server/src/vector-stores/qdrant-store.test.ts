import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { startQdrantServer, type QdrantServer } from "@repo/testing/qdrant-server";
import { Secret } from "@repo/server-kit/secret";
import { afterAll, expect, test } from "vitest";
import { describeVectorStore, openTestDatabase, testIdentity, toTestMemory, toTestVector } from "../../test/vector-store-conformance.ts";
import { createExchangeCheck, type OpenApiDocument } from "../../test/qdrant-openapi.ts";
import { memories } from "../schema.ts";
import { createQdrantStore } from "./qdrant-store.ts";

// The address of a real Qdrant, to try the same with; without it the stand-in answers.
const realUrl = process.env["QDRANT_TEST_URL"];
const server = await startQdrantServer();
const database = await openTestDatabase();
afterAll(async () => {
  await database.close();
  await server.close();
});

const conformanceCollection = `outpost_test_${randomUUID()}`;
describeVectorStore((db) => createQdrantStore({ db, url: realUrl ?? server.url, collection: conformanceCollection }));

const createStore = (to: QdrantServer, options: { collection?: string; apiKey?: Secret } = {}) =>
  createQdrantStore({ db: database.db, url: to.url, collection: "memories", retryDelayMs: 1, timeoutMs: 2_000, ...options });
const point = () => ({ memory: toTestMemory(), vector: toTestVector(1) });

test("a collection is created with size, Cosine, indexes and the model in its metadata", async () => {
  const store = createStore(server);
  await store.open(testIdentity);
  const made = server.collections.get("memories");
  expect(made).toMatchObject({ vectors: { size: 8, distance: "Cosine" }, metadata: { ...testIdentity } });
  expect([...(made?.indexes.keys() ?? [])]).toEqual(["user_id", "agent_id", "run_id", "expiration_date"]);
  const written = toTestMemory({ text: "likes tea", hash: "h", role: "user", metadata: { topic: "drinks", data: "mine" } });
  await store.upsert([{ memory: written, vector: toTestVector(1) }]);
  expect(server.exchanges.findLast(({ template }) => template.endsWith("/points"))?.query).toEqual({ wait: "true" });
  expect(made?.points.get(written.id)?.payload).toEqual({
    topic: "drinks",
    data: "likes tea",
    hash: "h",
    user_id: "ann",
    role: "user",
    created_at: "2026-11-01T12:00:00.000Z",
    updated_at: "2026-11-01T12:00:00.000Z",
  });
  await store.removeAll();
});

test("a collection of another length, another model or another program is refused and left alone", async () => {
  const collection = (size: number, metadata: Record<string, unknown> | undefined, filled: boolean) => ({
    vectors: { size, distance: "Cosine" },
    metadata,
    indexes: new Map(),
    points: new Map(filled ? [["p", { id: "p", vector: [1], payload: {} }]] : []),
  });
  server.collections.set("mem0_default", collection(1536, undefined, false));
  server.collections.set("other_model", collection(8, { ...testIdentity, model: "other" }, true));
  server.collections.set("mem0_filled", collection(8, undefined, true));
  server.collections.set("empty", collection(8, undefined, false));
  const open = async (name: string) => await createStore(server, { collection: name }).open(testIdentity);
  await expect(open("mem0_default")).rejects.toMatchObject({
    code: "model_mismatch",
    message: expect.stringMatching(/1536 is Mem0's default.*another collection_name/),
  });
  await expect(open("other_model")).rejects.toMatchObject({ code: "model_mismatch", message: expect.stringContaining("other at 1") });
  await expect(open("mem0_filled")).rejects.toMatchObject({ code: "model_mismatch", details: { cause: "foreign_collection" } });
  await expect(createStore(server, { collection: "mem0_filled" }).removeAll()).rejects.toMatchObject({ code: "model_mismatch" });
  expect(server.collections.get("mem0_filled")?.points.size).toBe(1);
  await open("empty");
  expect(server.collections.get("empty")?.metadata).toMatchObject(testIdentity);
});

test("a collection that vanished under the database's memories is not silently made anew", async () => {
  await createStore(server, { collection: "vanishing" }).open(testIdentity);
  await database.db.insert(memories).values(toTestMemory());
  server.collections.delete("vanishing");
  await expect(createStore(server, { collection: "vanishing" }).open(testIdentity)).rejects.toMatchObject({
    code: "not_found",
    message: expect.stringContaining("reembed"),
  });
  // What was kept in one place is not looked for in another.
  await expect(createStore(server, { collection: "elsewhere" }).open(testIdentity)).rejects.toMatchObject({ code: "model_mismatch" });
  await database.db.delete(memories);
});

test("a server that fails for a moment is asked again; one that is down, too old or refuses the key says so", async () => {
  const store = createStore(server, { collection: "retried" });
  await store.open(testIdentity);
  server.fail(503, 2);
  const stored = point();
  await store.upsert([stored]);
  expect(await store.count()).toBe(1);
  server.fail(500, 3);
  await expect(store.search({ vector: toTestVector(1), scope: {}, limit: 1 })).rejects.toMatchObject({
    code: "model_unavailable",
    retryable: true,
  });

  const old = await startQdrantServer({ keepsMetadata: false });
  await expect(createStore(old).open(testIdentity)).rejects.toMatchObject({
    code: "invalid_request",
    message: expect.stringContaining("1.16"),
  });
  await old.close();
  await expect(createStore(old).count()).rejects.toMatchObject({
    code: "model_unavailable",
    message: expect.stringContaining("is it running"),
  });

  const locked = await startQdrantServer({ apiKey: "right" });
  const refusal = await createStore(locked, { apiKey: new Secret("wrong-key") })
    .count()
    .catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: "unauthorized" });
  expect(JSON.stringify(refusal)).not.toContain("wrong-key");
  await createStore(locked, { apiKey: new Secret("right") }).open(testIdentity);
  await locked.close();
});

test("addresses and names that are none are refused before anything is sent", () => {
  const create =
    (url: string, collection = "c") =>
    () =>
      createQdrantStore({ db: database.db, url, collection });
  expect(create("127.0.0.1:6333")).toThrow("http://");
  expect(create("http://me:secret@host")).toThrow("API key");
  expect(create("http://127.0.0.1:6333", "a/b")).toThrow("collection");
});

// Qdrant's own description of its API: docs/redoc/master/openapi.json of its repository, too large to be kept here.
const openApiFile = process.env["QDRANT_OPENAPI"];
test.skipIf(openApiFile === undefined || realUrl !== undefined)(
  "all that travelled in these tests has the form of Qdrant's published OpenAPI",
  async () => {
    const document = JSON.parse(await readFile(openApiFile ?? "", "utf8")) as OpenApiDocument;
    const check = createExchangeCheck(document);
    expect(server.exchanges.length).toBeGreaterThan(100);
    expect([...new Set(server.exchanges.flatMap(check))]).toEqual([]);
    // The check itself must be able to fail.
    const [query] = server.exchanges.filter(({ template, status }) => template.endsWith("/points/query") && status === 200);
    if (query === undefined) throw new Error("nothing was searched");
    expect(check({ ...query, request: { ...(query.request as object), limit: "ten" } })).not.toEqual([]);
    expect(check({ ...query, request: { ...(query.request as object), limits: 10 } })).not.toEqual([]);
    expect(check({ ...query, response: { result: { points: [{ id: "x" }] } } })).not.toEqual([]);
  },
);
